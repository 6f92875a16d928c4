package io.github.mmupgrade.release;

import java.util.Optional;

/** Requests for upgrade paths, with defaults for what a test isn't about. */
record Requests(PathRequest request, Catalogue catalogue) {

    static Requests from(String installed) {
        return new Requests(
                new PathRequest(
                        Version.parse(installed),
                        Optional.empty(),
                        new TargetVersion("latest"),
                        PathMode.AUTO,
                        Edition.TEAM,
                        Edition.TEAM,
                        "amd64",
                        Optional.of(DatabaseServer.postgresql("15.4"))),
                Catalogue.builtIn());
    }

    Requests to(String target) {
        return with(
                request.schema(),
                new TargetVersion(target),
                request.mode(),
                request.edition(),
                request.architecture(),
                request.database());
    }

    Requests by(String mode) {
        return with(
                request.schema(),
                request.target(),
                PathMode.parse(mode),
                request.edition(),
                request.architecture(),
                request.database());
    }

    Requests edition(Edition edition, String architecture) {
        return with(request.schema(), request.target(), request.mode(), edition, architecture, request.database());
    }

    Requests schema(String schema) {
        return with(
                Optional.of(Version.parse(schema)),
                request.target(),
                request.mode(),
                request.edition(),
                request.architecture(),
                request.database());
    }

    Requests on(DatabaseServer database) {
        return with(
                request.schema(),
                request.target(),
                request.mode(),
                request.edition(),
                request.architecture(),
                Optional.ofNullable(database));
    }

    UpgradePath plan() {
        return UpgradePath.plan(request, catalogue);
    }

    private Requests with(
            Optional<Version> schema,
            TargetVersion target,
            PathMode mode,
            Edition edition,
            String architecture,
            Optional<DatabaseServer> database) {
        return new Requests(
                new PathRequest(
                        request.installed(), schema, target, mode, Edition.TEAM, edition, architecture, database),
                catalogue);
    }
}
