package io.github.mmupgrade.release;

import static java.util.stream.Collectors.joining;

import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.RefusedException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** Chooses the releases of an upgrade path, and judges each step. */
final class PathPlanner {

    /**
     * Below it, servers refuse a schema that is more than a release or two old, and its own change of the schema needs a
     * command (observed on 1.0.0 to 3.10).
     */
    private static final Version THREE = new Version(3, 0, 0);

    /**
     * The vendor takes every older server to the last extended support release below it first, whichever lie between;
     * from there on only from one to the next.
     */
    private static final Version SIX = new Version(6, 0, 0);

    private final PathRequest request;
    private final Catalogue catalogue;
    private final Release target;

    PathPlanner(PathRequest request, Catalogue catalogue) {
        this.request = request;
        this.catalogue = catalogue;
        this.target = request.target().resolve(request.installed(), catalogue, handedOver());
    }

    UpgradePath plan() {
        Version installed = request.installed();
        refuseDowngrade();
        if (installed.equals(target.version()) && !changesEdition()) {
            return new UpgradePath(installed, target, List.of());
        }
        List<Step> all = steps();
        List<Step> there = all.stream().filter(step -> !mayBeLeftOut(step)).toList();
        if (there.size() < all.size()) {
            try {
                return judged(there);
            } catch (RefusedException e) {
                // then what is not there is needed, and is named as missing by whoever fetches
            }
        }
        return judged(all);
    }

    private UpgradePath judged(List<Step> steps) {
        List<Hop> hops = new ArrayList<>();
        Version from = request.installed();
        Version schema = request.schema().orElse(from);
        for (Step step : steps) {
            hops.add(judge(from, schema, step));
            from = step.release().version();
            schema = from;
        }
        return new UpgradePath(request.installed(), target, hops);
    }

    private List<Version> handedOver() {
        return request.atHand().orElse(List.of());
    }

    /** Whether a step is only made where its archive is at hand. */
    private boolean mayBeLeftOut(Step step) {
        return request.choice().mode() == PathMode.AUTO
                && request.atHand()
                        .filter(archives -> !archives.contains(step.release().version()))
                        .isPresent()
                && !step.release().equals(target)
                && !step.release().version().below(THREE)
                && !step.release().version().sameLine(THREE)
                && step.release().version().below(SIX);
    }

    /** Of a minor release to pass through the newest patch that is at hand, else the newest of all. */
    private Release patchOf(Release newest) {
        return catalogue.newestOf(newest.version(), handedOver()).orElse(newest);
    }

    private boolean changesEdition() {
        return request.edition() != request.installedEdition();
    }

    private void refuseDowngrade() {
        if (target.version().below(request.installed())) {
            throw new RefusedException(
                    "Mattermost " + request.installed() + " is installed; moving to " + target.version()
                            + " is a downgrade. Nothing was changed.",
                    Hint.run("Undo an upgrade, including its database.", Goal.ROLLBACK));
        }
    }

    /** A release to pass through, and why. */
    private record Step(Release release, String reason) {}

    private List<Step> steps() {
        List<Step> steps =
                switch (request.choice().mode()) {
                    case AUTO -> {
                        List<Step> all = new ArrayList<>(ladder());
                        all.addAll(esrs(max(request.installed(), THREE)));
                        yield all;
                    }
                    case EVERY_RELEASE -> everyRelease();
                    case ESR -> esrs(request.installed());
                    case DIRECT -> through();
                };
        List<Step> all = new ArrayList<>(steps);
        boolean here = request.installed().equals(target.version());
        all.add(new Step(target, here ? "to the " + request.edition() + " edition" : "the target"));
        return all;
    }

    private static void requireOrder(List<Release> named) {
        for (int i = 1; i < named.size(); i++) {
            Version before = named.get(i - 1).version();
            Version version = named.get(i).version();
            if (!before.below(version)) {
                throw new RefusedException(
                        "mattermost.path names " + version + (before.equals(version) ? " twice" : " after " + before)
                                + ". Nothing was changed.",
                        Hint.of("List the releases in order, oldest first."));
            }
        }
    }

    /** The releases that were named, as far as they are still to come. */
    private List<Step> through() {
        List<Release> named = request.choice().through().stream()
                .map(wanted -> wanted.resolve(request.installed(), catalogue, handedOver()))
                .toList();
        requireOrder(named);
        List<Step> steps = new ArrayList<>();
        Version last = request.installed();
        for (Release release : named) {
            if (target.version().below(release.version())) {
                throw new RefusedException(
                        "mattermost.path names " + release.version() + ", which is newer than the target "
                                + target.version(),
                        Hint.of("Remove it from mattermost.path, or set another mattermost.targetVersion."));
            }
            if (last.below(release.version()) && !release.equals(target)) {
                steps.add(new Step(release, "mattermost.path names it"));
                last = release.version();
            }
        }
        return steps;
    }

    /** The releases up to 3.0 of which none may be left out. */
    private List<Step> ladder() {
        List<Step> ladder = new ArrayList<>();
        if (!request.installed().below(THREE)) {
            return ladder;
        }
        for (Release release : catalogue.linesBetween(request.installed(), min(target.version(), THREE))) {
            ladder.add(new Step(patchOf(release), "every release below 3.0 in turn"));
        }
        if (THREE.below(target.version()) && !THREE.sameLine(target.version())) {
            Release three = catalogue
                    .latestOfLine(THREE)
                    .orElseThrow(
                            () -> new RefusedException(
                                    "The catalogue does not list a release 3.0, which every path from below 3.0 must pass through."
                                            + " Nothing was changed.",
                                    Hint.of(
                                            "Add it to the catalogue in mattermost.catalogue, or leave mattermost.catalogue out.")));
            ladder.add(new Step(patchOf(three), "every path from below 3.0 goes through it"));
        }
        return ladder;
    }

    private List<Step> esrs(Version after) {
        return catalogue.linesBetween(after, target.version()).stream()
                .filter(Release::isEsr)
                .map(release -> new Step(patchOf(release), "from one extended support release to the next"))
                .toList();
    }

    private List<Step> everyRelease() {
        List<Step> steps = new ArrayList<>();
        Version at = request.installed();
        for (Release newest : catalogue.linesBetween(at, target.version())) {
            Release release = patchOf(newest);
            if (catalogue.forbidden(at, release.version()).isEmpty()) {
                steps.add(new Step(release, "every release in turn"));
                at = release.version();
            }
        }
        return steps;
    }

    private Hop judge(Version from, Version schema, Step step) {
        Version to = step.release().version();
        catalogue.forbidden(from, to).ifPresent(move -> refuseForbidden(move, from, to));
        request.database().ifPresent(database -> refuseDatabase(database, to));
        SchemaVerdict verdict = catalogue.schemaVerdict(schema, to);
        if (!verdict.acceptable()) {
            throw refusedSchema(schema, to, verdict);
        }
        boolean command = verdict.outcome() == SchemaVerdict.Outcome.NEEDS_COMMAND;
        return new Hop(
                from,
                step.release(),
                catalogue.url(to, request.edition(), request.architecture()),
                step.reason(),
                command,
                warnings(from, to, command));
    }

    private List<String> warnings(Version from, Version to, boolean command) {
        List<String> warnings = new ArrayList<>();
        if (command) {
            warnings.add("needs -upgrade_db_30 with the primary team's name (mattermost.primaryTeam)");
        }
        String passedBy = catalogue.linesBetween(from, to).stream()
                .filter(Release::isEsr)
                .map(release -> release.version().line())
                .collect(joining(", "));
        if (!passedBy.isEmpty()) {
            warnings.add("skips the extended support releases " + passedBy
                    + "; the vendor only tests upgrades from one to the next");
        }
        if (catalogue.sha256(to, request.edition(), request.architecture()).isEmpty()) {
            warnings.add("the catalogue has no checksum for this archive (" + to + ", " + request.edition() + ", "
                    + request.architecture() + "): mattermost.sha256 or mattermost.signingKey is needed");
        }
        boolean first = from.equals(request.installed());
        if (first && changesEdition() && request.edition() == Edition.TEAM) {
            warnings.add(
                    "goes from the enterprise to the team edition: features that only the enterprise edition has stop"
                            + " working, such as LDAP, SAML, clustering, compliance exports and search by Elasticsearch; users"
                            + " who log in by LDAP or SAML cannot log in");
        }
        request.schema()
                .filter(schema -> first && from.lineStart().below(schema.lineStart()))
                .ifPresent(schema -> warnings.add("the database has the schema of " + schema.line()
                        + ": a newer server than the installed " + from + " has run on it"));
        if (request.database().isEmpty()) {
            warnings.add("the version of the database server is not known" + needs(to));
        }
        return warnings;
    }

    private String needs(Version to) {
        String postgresql = catalogue
                .minimumPostgresql(to)
                .map(minimum -> "; PostgreSQL " + postgresql(minimum) + " or later")
                .orElse("");
        return catalogue.supportsMysql(to)
                ? (postgresql.isEmpty() ? "" : postgresql + ", or MySQL, is needed")
                : postgresql.isEmpty() ? "" : postgresql + " is needed";
    }

    private void refuseForbidden(ForbiddenMove move, Version from, Version to) {
        Version allowed = move.firstAllowed();
        Version suggested =
                catalogue.latestOfLine(allowed).map(Release::version).orElse(allowed);
        throw new RefusedException(
                "The vendor forbids the move from Mattermost " + from + " to " + to + " (" + move.why()
                        + "); the target must be " + allowed + " or later. Nothing was changed.",
                Hint.run("Move to a later release.", Goal.CHECK_VERSION, "mattermost.targetVersion=" + suggested));
    }

    private void refuseDatabase(DatabaseServer database, Version to) {
        if (database.kind() == DatabaseServer.Kind.MYSQL) {
            if (!catalogue.supportsMysql(to)) {
                throw new RefusedException(
                        "Mattermost " + to + " no longer works with MySQL, and the database is on " + database
                                + ". Nothing was changed.",
                        moveFirst());
            }
            return;
        }
        Optional<Version> minimum = catalogue.minimumPostgresql(to);
        if (minimum.isPresent() && database.version().below(minimum.get())) {
            throw new RefusedException(
                    "Mattermost " + to + " needs PostgreSQL " + postgresql(minimum.get())
                            + " or later, and the database is on " + database + ". Nothing was changed.",
                    reachable("Upgrade the database server first.", version -> catalogue
                            .minimumPostgresql(version)
                            .map(needed -> database.version().atLeast(needed))
                            .orElse(true)));
        }
    }

    /** The way over the last release of both kinds, or from the installed one where a conversion is possible there. */
    private Hint moveFirst() {
        Optional<Release> last = catalogue.linesBetween(request.installed(), target.version()).stream()
                .filter(release -> release.isEsr() && catalogue.supportsMysql(release.version()))
                .reduce((first, second) -> second)
                .filter(release -> release.version().atLeast(request.installed()));
        String way = "The way is: "
                + last.map(release -> "upgrade to " + release.version() + ", ").orElse("")
                + "convert the database to PostgreSQL, upgrade to " + target.version() + ".";
        return last.isPresent() && !last.get().version().equals(request.installed())
                ? Hint.run(
                        way + " Take the first step.",
                        Goal.UPGRADE,
                        "mattermost.targetVersion=" + last.get().version())
                : Hint.run(
                        way + " Take the first step.",
                        Goal.CONVERT_DATABASE,
                        "mattermost.convert.database=postgres://mmuser@127.0.0.1:5432/mattermost");
    }

    /** A hint with the newest extended support release that is still possible, where there is one. */
    private Hint reachable(String text, Predicate<Version> possible) {
        return catalogue.linesBetween(request.installed(), target.version()).stream()
                .filter(release -> release.isEsr() && possible.test(release.version()))
                .reduce((first, second) -> second)
                .map(release -> Hint.run(
                        text + " Until then, " + release + " is the newest release that works.",
                        Goal.CHECK_VERSION,
                        "mattermost.targetVersion=" + release.version()))
                .orElseGet(() -> Hint.of(text));
    }

    private RefusedException refusedSchema(Version schema, Version to, SchemaVerdict verdict) {
        if (verdict.outcome() != SchemaVerdict.Outcome.REFUSES_OLDER) {
            return new RefusedException(
                    "The database has the schema of Mattermost " + schema.line() + ", which is newer than " + to
                            + ", though " + request.installed() + " is installed: " + verdict.text()
                            + ". Nothing was changed.",
                    Hint.run("If an upgrade was started and not finished, undo it.", Goal.ROLLBACK));
        }
        String message = "Mattermost " + to + " cannot take over a database of Mattermost " + schema.line() + ": "
                + verdict.text() + ". Nothing was changed.";
        if (request.choice().mode() == PathMode.AUTO) {
            return new RefusedException(
                    message,
                    Hint.of("The database is older than the installed Mattermost " + request.installed()
                            + ". Start that server once, so that it migrates the database to its own schema."));
        }
        return new RefusedException(
                message,
                Hint.run(
                        "Go through the releases in between.",
                        Goal.CHECK_VERSION,
                        "mattermost.path=auto",
                        "mattermost.targetVersion=" + target.version()));
    }

    /** PostgreSQL's own way to name its version: one number from 10 on. */
    private static String postgresql(Version version) {
        return version.major() >= 10 && version.minor() == 0 ? String.valueOf(version.major()) : version.line();
    }

    private static Version max(Version one, Version other) {
        return one.below(other) ? other : one;
    }

    private static Version min(Version one, Version other) {
        return one.below(other) ? one : other;
    }
}
