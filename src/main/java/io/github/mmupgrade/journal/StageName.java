package io.github.mmupgrade.journal;

import io.github.mmupgrade.report.Goal;
import java.util.List;

/**
 * The stages whose events are in a journal. Their keys are part of the journal's format: a run that an earlier version
 * of this plugin has begun is resumed by them.
 */
public enum StageName {
    /** The run itself: its begin, its end, what is known of all of it. */
    RUN("run", Place.ONCE),
    DOWNLOAD(Goal.DOWNLOAD, Place.ONCE),
    COPY_AHEAD("backup-ahead", Place.ONCE),
    ANNOUNCE(Goal.ANNOUNCE, Place.ONCE),
    STOP(Goal.STOP, Place.AFTER_STOP),
    BACKUP(Goal.BACKUP, Place.AFTER_STOP),
    INSTALL(Goal.INSTALL, Place.AFTER_STOP),
    RESTORE_CONFIG(Goal.RESTORE_CONFIG, Place.AFTER_STOP),
    START(Goal.START, Place.AFTER_STOP),
    VERIFY(Goal.VERIFY, Place.AFTER_STOP),
    FINISH(Goal.FINISH, Place.ONCE),
    ROLLBACK(Goal.ROLLBACK, Place.ONCE),

    /** Of a migration: what is copied of the source while it still runs. */
    READ_SOURCE_AHEAD("migrate-source-ahead", Place.AFTER_STOP),
    LOAD_SOURCE_AHEAD("migrate-load-ahead", Place.AFTER_STOP),

    /** Of a migration: the source is stopped and saved. */
    READ_SOURCE("migrate-source", Place.AFTER_STOP),
    LOAD_SOURCE("migrate-load", Place.AFTER_STOP),
    MIGRATE_FILES_AHEAD("migrate-files-ahead", Place.AFTER_STOP),
    MIGRATE_DATABASE("migrate-database", Place.AFTER_STOP),
    MIGRATE_FILES("migrate-files", Place.AFTER_STOP),
    MIGRATE_CONFIG("migrate-config", Place.AFTER_STOP),
    COMPLETE_SOURCE("migrate-source-backup", Place.ONCE),

    /** Of a conversion, while the server runs. */
    MAKE_SCHEMA("convert-schema", Place.AFTER_STOP),
    CHECK_ROWS("convert-check", Place.AFTER_STOP),
    COPY_ROWS_AHEAD("convert-copy-ahead", Place.AFTER_STOP),

    /** Of a conversion, while it is stopped. */
    COPY_ROWS("convert-copy", Place.AFTER_STOP),
    CONVERT_CONFIG("convert-config", Place.AFTER_STOP),

    /** Outside of runs. */
    RESTORE(Goal.RESTORE, Place.ONCE),
    PRUNE_BACKUPS(Goal.PRUNE_BACKUPS, Place.ONCE);

    /** What is done for each hop of an upgrade, in this order. */
    public static final List<StageName> HOP = List.of(STOP, BACKUP, INSTALL, RESTORE_CONFIG, START, VERIFY);

    /** Where in a run a stage has its place. */
    private enum Place {
        ONCE,
        AFTER_STOP
    }

    private final String key;
    private final Place place;

    StageName(String key, Place place) {
        this.key = key;
        this.place = place;
    }

    StageName(Goal goal, Place place) {
        this(goal.key(), place);
    }

    /** What the journal calls it. */
    public String key() {
        return key;
    }

    /** Whether it is done once in a run, its events those of hop 0, and not for each hop. */
    public boolean oncePerRun() {
        return place == Place.ONCE;
    }

    /** Whether a failure leaves the server stopped or changed, so that something has to be done about it. */
    public boolean afterStop() {
        return place == Place.AFTER_STOP;
    }

    /** The goal that does this stage alone; it must have one. */
    public Goal goal() {
        return Goal.find(key).orElseThrow(() -> new IllegalStateException("No goal does " + key + " alone"));
    }

    @Override
    public String toString() {
        return key;
    }
}
