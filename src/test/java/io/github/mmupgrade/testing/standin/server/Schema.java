package io.github.mmupgrade.testing.standin.server;

import io.github.mmupgrade.release.Version;
import java.util.List;
import java.util.stream.Collectors;

/** Brings the database to the release's schema, or refuses to, as each release line does. */
final class Schema {

    private static final String VERSION = "SELECT Value FROM Systems WHERE Name = 'Version'";

    private final Store store;
    private final ReleaseLine line;
    private final Misbehaviour misbehaviour;
    private final ServerLog log;

    Schema(Store store, ReleaseLine line, Misbehaviour misbehaviour, ServerLog log) {
        this.store = store;
        this.line = line;
        this.misbehaviour = misbehaviour;
        this.log = log;
    }

    /** What the row {@code Version} says; null in a database that no server has used. */
    String recorded() {
        return store.hasTable("Systems") ? store.value(VERSION) : null;
    }

    /** The number of the last migration; 0 when there was none. */
    long latest() {
        String latest = store.hasTable("db_migrations") ? store.value("SELECT max(Version) FROM db_migrations") : null;
        return latest == null ? 0 : Long.parseLong(latest);
    }

    /**
     * Migrates.
     *
     * @throws ServerFailure when the release refuses the schema it finds
     */
    void migrate() {
        String recorded = recorded();
        if (recorded != null) {
            refuseOrWarn(recorded);
            if (!recorded.equals(line.schema()) && Version.parse(recorded).atLeast(line.version())) {
                return;
            }
        }
        List<Migrations.Step> pending = pending(recorded);
        boolean fails = misbehaviour.asks("fail-migration");
        double pause = misbehaviour.number("slow-migration", 0) / Math.max(1, pending.size());
        for (Migrations.Step step : fails ? pending.subList(0, pending.size() / 2) : pending) {
            if (pause > 0) {
                store.sleep(pause);
            }
            step.statements().forEach(store::update);
            if (line.recordsMigrations()) {
                log.info("==  " + step.name() + ": migrated");
                store.update("INSERT INTO db_migrations (Version, Name) VALUES (?, ?)", step.number(), step.name());
            }
        }
        if (fails) {
            breakHalfway();
        }
        if (!line.recordsMigrations()) {
            record(recorded);
        }
    }

    private void record(String recorded) {
        if (recorded == null) {
            store.update("INSERT INTO Systems (Name, Value) VALUES ('Version', ?)", line.schema());
            store.update(
                    "INSERT INTO Systems (Name, Value) VALUES ('InstallationDate', ?)",
                    Long.toString(System.currentTimeMillis()));
        } else if (!recorded.equals(line.schema())) {
            log.info("Updated database schema version from " + recorded + " to " + line.schema());
            store.update("UPDATE Systems SET Value = ? WHERE Name = 'Version'", line.schema());
        }
    }

    private List<Migrations.Step> pending(String recorded) {
        List<Migrations.Step> steps = Migrations.of(line, store.isPostgres());
        if (!line.recordsMigrations()) {
            return steps.stream()
                    .filter(step -> recorded == null || Version.parse(recorded).below(step.since()))
                    .toList();
        }
        makeTables();
        List<Object> done = store.rows("SELECT Version FROM db_migrations").stream()
                .map(row -> row.get("version"))
                .collect(Collectors.toList());
        return steps.stream()
                .filter(step -> !done.contains((long) step.number()))
                .toList();
    }

    /** The tables that migrations are recorded in and locked by. */
    void makeTables() {
        store.update("CREATE TABLE IF NOT EXISTS db_lock (Id varchar(64) PRIMARY KEY, ExpireAt bigint)");
        store.update(
                "CREATE TABLE IF NOT EXISTS db_migrations (Version bigint PRIMARY KEY, Name varchar(255) NOT NULL)");
    }

    /** Leaves a database that the old release can't use any more, either. */
    private void breakHalfway() {
        store.update("ALTER TABLE Posts DROP COLUMN IF EXISTS Hashtags");
        throw new ServerFailure(1, "Failed to apply database migrations: driver: bad connection");
    }

    /** Whether the tables are as this release needs them. */
    void check() {
        requireColumn("hashtags");
        if (line.from(11, 0)) {
            requireColumn("priority");
        }
    }

    private void requireColumn(String column) {
        if (store.rows(
                        "SELECT column_name FROM information_schema.columns WHERE lower(table_name) = 'posts'"
                                + " AND lower(column_name) = ?",
                        column)
                .isEmpty()) {
            throw new ServerFailure(
                    line.refusalStatus(), "pq: column \"" + column + "\" of relation \"posts\" does not exist");
        }
    }

    private void refuseOrWarn(String recorded) {
        if (recorded.equals(line.schema())) {
            return;
        }
        Version schema = Version.parse(recorded);
        boolean newer = schema.atLeast(line.version());
        if (!line.from(3, 0)) {
            refuseEarly(recorded);
        } else if (line.version().line().equals("3.0")) {
            if (newer) {
                throw mustNotSkip(recorded);
            }
            throw new ServerFailure(
                    1, "You will need to run the command line tool './platform -upgrade_db_30' to upgrade to 3.0");
        } else if (newer) {
            newerSchema(schema);
        } else {
            olderSchema(schema);
        }
    }

    private void refuseEarly(String recorded) {
        int distance = ReleaseLine.isEarly(recorded) ? line.earlyDistance(recorded) : -1;
        int farthest = line.from(2, 0) ? 2 : 1;
        if (distance < 0 || distance > farthest) {
            throw mustNotSkip(recorded);
        }
    }

    private ServerFailure mustNotSkip(String recorded) {
        return new ServerFailure(
                2,
                "panic: The database schema version of " + recorded
                        + " cannot be upgraded.  You must not skip a version.");
    }

    private void newerSchema(Version schema) {
        boolean tolerated = line.from(5, 18) && schema.major() == line.version().major();
        if (!tolerated && !line.recordsMigrations()) {
            throw new ServerFailure(
                    line.refusalStatus(),
                    "Database schema version " + schema + " is no longer supported. This Mattermost server supports"
                            + " schema versions up to " + line.schema()
                            + ". Downgrades are not supported. Please upgrade to a newer version of the server.");
        }
        log.warn("The database schema version and model versions do not match");
    }

    private void olderSchema(Version schema) {
        if ((line.from(5, 18) && schema.below(Version.of(3, 1, 0)))
                || (line.from(6, 0) && schema.below(Version.of(5, 0, 0)))) {
            leaveDirty();
        }
        if (schema.below(Version.of(3, 0, 0))) {
            throw new ServerFailure(
                    line.refusalStatus(),
                    "[CRIT] The database schema version of " + schema
                            + " cannot be upgraded.  You must not skip a version.");
        }
    }

    /** The first migration breaks on tables that old, and is remembered as begun. */
    private void leaveDirty() {
        if (store.hasTable("schema_migrations")) {
            throw new ServerFailure(
                    1, "Failed to apply database migrations: Dirty database version 1. Fix and force version.");
        }
        store.update("CREATE TABLE schema_migrations (version bigint PRIMARY KEY, dirty boolean NOT NULL)");
        store.update("INSERT INTO schema_migrations VALUES (1, TRUE)");
        throw new ServerFailure(1, "Failed to apply database migrations: migration failed");
    }

    /** What {@code -upgrade_db_30} does: users move from teams to the whole server. */
    void upgradeTo30() {
        for (Migrations.Step step : Migrations.of(line, store.isPostgres())) {
            step.statements().forEach(store::update);
        }
        store.update("UPDATE Systems SET Value = '3.0.0' WHERE Name = 'Version'");
    }
}
