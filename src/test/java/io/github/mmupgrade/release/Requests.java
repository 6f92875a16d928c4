package io.github.mmupgrade.release;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Requests for upgrade paths, with defaults for what a test isn't about. */
public record Requests(PathRequest request, Catalogue catalogue) {

    public static Requests from(String installed) {
        return new Requests(
                new PathRequest(
                        Version.parse(installed),
                        Optional.empty(),
                        new TargetVersion("latest"),
                        new PathChoice(PathMode.AUTO, List.of()),
                        Optional.empty(),
                        Edition.TEAM,
                        Edition.TEAM,
                        "amd64",
                        Optional.of(DatabaseServer.postgresql("15.4"))),
                Catalogue.builtIn());
    }

    public Requests to(String target) {
        return with(
                request.schema(),
                new TargetVersion(target),
                request.choice(),
                request.edition(),
                request.architecture(),
                request.database());
    }

    public Requests by(String mode) {
        return with(
                request.schema(),
                request.target(),
                PathChoice.parse(mode),
                request.edition(),
                request.architecture(),
                request.database());
    }

    public Requests edition(Edition edition, String architecture) {
        return with(request.schema(), request.target(), request.choice(), edition, architecture, request.database());
    }

    public Requests schema(String schema) {
        return with(
                Optional.of(Version.parse(schema)),
                request.target(),
                request.choice(),
                request.edition(),
                request.architecture(),
                request.database());
    }

    public Requests on(DatabaseServer database) {
        return with(
                request.schema(),
                request.target(),
                request.choice(),
                request.edition(),
                request.architecture(),
                Optional.ofNullable(database));
    }

    public Requests atHand(String... versions) {
        return new Requests(
                new PathRequest(
                        request.installed(),
                        request.schema(),
                        request.target(),
                        request.choice(),
                        Optional.of(Stream.of(versions).map(Version::parse).toList()),
                        request.installedEdition(),
                        request.edition(),
                        request.architecture(),
                        request.database()),
                catalogue);
    }

    public UpgradePath plan() {
        return UpgradePath.plan(request, catalogue);
    }

    private Requests with(
            Optional<Version> schema,
            TargetVersion target,
            PathChoice choice,
            Edition edition,
            String architecture,
            Optional<DatabaseServer> database) {
        return new Requests(
                new PathRequest(
                        request.installed(),
                        schema,
                        target,
                        choice,
                        request.atHand(),
                        Edition.TEAM,
                        edition,
                        architecture,
                        database),
                catalogue);
    }
}
