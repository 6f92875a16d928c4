package io.github.mmupgrade.migration;

import io.github.mmupgrade.database.ServerVersion;
import io.github.mmupgrade.datasource.DatabaseKind;
import io.github.mmupgrade.release.Catalogue;
import io.github.mmupgrade.release.Edition;
import io.github.mmupgrade.release.Release;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.RefusedException;
import java.util.Optional;

/** Whether what a source holds can become a destination's. Each check says what it found, or refuses. */
public final class Compatibility {

    private static final String UNTOUCHED = " Nothing was changed.";

    private final MigrationEndpoint source;
    private final MigrationEndpoint destination;

    /** Compares two ends. */
    public Compatibility(MigrationEndpoint source, MigrationEndpoint destination) {
        this.source = source;
        this.destination = destination;
    }

    /**
     * Both must be the same release: another one would migrate the source's database, which is an upgrade's business.
     *
     * @param allowOlder whether a release that is not the latest patch of its line will do
     * @throws RefusedException naming the end to upgrade first
     */
    public String releases(Catalogue catalogue, boolean allowOlder) {
        if (!source.release().equals(destination.release())) {
            boolean sourceIsOlder = source.release().below(destination.release());
            MigrationEndpoint older = sourceIsOlder ? source : destination;
            throw new RefusedException(
                    "The source runs Mattermost " + source.release() + ", the destination " + destination.release()
                            + "; a migration needs the same release on both." + UNTOUCHED,
                    Hint.of("Upgrade " + older.name() + " first"
                            + (sourceIsOlder ? ", or install " + source.release() + " at the destination." : ".")));
        }
        Optional<Release> latest = catalogue.latestOfLine(source.release());
        if (latest.isPresent() && source.release().below(latest.get().version())) {
            if (!allowOlder) {
                throw new RefusedException(
                        "Source and destination run Mattermost " + source.release() + "; the latest of "
                                + source.release().line() + " is "
                                + latest.get().version()
                                + ", to which the vendor advises to upgrade before a migration." + UNTOUCHED,
                        Hint.run(
                                "Upgrade both, or migrate with the older release.",
                                Goal.MIGRATE,
                                "mattermost.migrate.allowOlder=true"));
            }
            return source.release() + " on both; " + latest.get().version() + " is the latest of its line";
        }
        return source.release() + " on both";
    }

    /**
     * The edition must be the same, or go from team to enterprise, which knows all that team knows.
     *
     * @throws RefusedException for enterprise to team
     */
    public String editions() {
        if (source.edition() == Edition.ENTERPRISE && destination.edition() == Edition.TEAM) {
            throw new RefusedException(
                    "The source is the enterprise edition, the destination the team edition, which does not know all"
                            + " of its settings and data." + UNTOUCHED,
                    Hint.of("Install the enterprise edition of " + source.release()
                            + " at the destination; it also runs without a licence."));
        }
        return source.edition() == destination.edition()
                ? source.edition() + " on both"
                : source.edition() + " to " + destination.edition();
    }

    /**
     * The database servers must be the same product and major version: dumps are made for the server they come from.
     *
     * @throws RefusedException when they are not
     */
    public String databaseServers() {
        ServerVersion there = destination.databaseServer().orElseThrow();
        if (source.databaseServer().isEmpty()) {
            return there.product() + " " + there.major() + "; the source does not say which server it was dumped from";
        }
        ServerVersion here = source.databaseServer().get();
        if (!here.product().equals(there.product()) || here.major() != there.major()) {
            boolean fromMySql = there.product().equals(DatabaseKind.POSTGRESQL.toString())
                    && !here.product().equals(there.product());
            throw new RefusedException(
                    "The source's database server is " + named(here) + ", the destination's " + named(there) + "."
                            + UNTOUCHED,
                    fromMySql
                            ? Hint.run(
                                    "Move the source's database to PostgreSQL first, where it is; then migrate.",
                                    Goal.CONVERT_DATABASE,
                                    "mattermost.convert.database=postgres://mmuser@127.0.0.1:5432/mattermost")
                            : Hint.of("Give the destination a database on " + here.product() + " " + here.major()
                                    + ", or move the source's to " + there.product() + " " + there.major()
                                    + " first."));
        }
        return named(here) + " and " + named(there);
    }

    private static String named(ServerVersion version) {
        return version.product() + " " + version.major() + "." + version.minor();
    }

    /**
     * Files go from a directory to a directory; a bucket stays where it is.
     *
     * @throws RefusedException when a directory's files would have to go to a bucket
     */
    public String fileStores() {
        if (!source.filesInDirectory()) {
            return "the source's files are in a bucket and stay there; the destination will use the same bucket";
        }
        if (!destination.filesInDirectory()) {
            throw new RefusedException(
                    "The source's files are in a directory, the destination's in a bucket." + UNTOUCHED,
                    Hint.of("Set FileSettings.DriverName of the destination to 'local' for the migration, and move the"
                            + " files to the bucket afterwards."));
        }
        return "from a directory to a directory";
    }
}
