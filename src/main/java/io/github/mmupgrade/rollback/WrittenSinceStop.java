package io.github.mmupgrade.rollback;

import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.database.Database;
import io.github.mmupgrade.database.RowCounts;
import io.github.mmupgrade.journal.JournalEvent;
import io.github.mmupgrade.journal.JournalKeys;
import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.journal.StageName;
import io.github.mmupgrade.saving.method.DatabaseMethods;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What users have written since the server was stopped for a run.
 *
 * <p>Posts carry the time of the server's clock. What is newer than the newest post of the stop is new, whatever the
 * clock did; what a clock wrote that went back meanwhile is not newer, so the posts are counted then, too.
 */
final class WrittenSinceStop {

    /** The table of posts, as {@link io.github.mmupgrade.database.DatabaseReads#counts()} names it. */
    private static final String POSTS = "Posts";

    private static final String USER = "user";

    private final GoalContext context;
    private final Run run;

    WrittenSinceStop(GoalContext context, Run run) {
        this.context = context;
        this.run = run;
    }

    /** How many posts are new; 0 as long as no server can have taken one. */
    long posts(Database database) {
        Optional<Instant> stopped = newestPost();
        if (stopped.isEmpty() || run.isMigration()) {
            // what a migration brought is newer than what was there, and not written since
            return begun().map(database::postsSince).orElse(0L);
        }
        long newer = database.postsSince(stopped.get().plusMillis(1));
        return newer == 0 && clockWentBack(stopped.get()) ? more(database) : newer;
    }

    /**
     * What people would miss, rows by what they are, such as {@code post} or {@code file}. Users are not among it: a server
     * changes them by itself, such as when it synchronizes them.
     */
    Map<String, Long> missed(Database database) {
        Map<String, Long> found = new LinkedHashMap<>();
        long posts = posts(database);
        if (posts > 0) {
            found.put("post", posts);
        }
        found.putAll(changes(database));
        found.remove(USER);
        return found;
    }

    /** How many users were changed, by themselves or by the server. */
    long users(Database database) {
        return changes(database).getOrDefault(USER, 0L);
    }

    private Map<String, Long> changes(Database database) {
        // what a migration or a conversion brought was written elsewhere
        boolean own = !run.isMigration() && !run.isConversion();
        return own && begun().isPresent()
                ? run.doneAt(1, StageName.STOP).map(database::changesSince).orElse(Map.of())
                : Map.of();
    }

    /** Before this moment no new server can have run; empty when none was started or installed. */
    Optional<Instant> begun() {
        return run.begunAt(1, StageName.START)
                .or(() -> run.begunAt(1, StageName.INSTALL))
                .or(() -> run.begunAt(1, StageName.MIGRATE_CONFIG))
                .or(() -> run.begunAt(1, StageName.CONVERT_CONFIG));
    }

    private Optional<Instant> newestPost() {
        return run.fact(1, JournalKeys.NEWEST_POST).map(Long::parseLong).map(Instant::ofEpochMilli);
    }

    private boolean clockWentBack(Instant newestPost) {
        if (begun().filter(newestPost::isAfter).isPresent()) {
            return true;
        }
        Instant last = Instant.MIN;
        for (JournalEvent event : run.events()) {
            if (event.at().isBefore(last)) {
                return true;
            }
            last = event.at();
        }
        return context.clock().instant().isBefore(last);
    }

    private long more(Database database) {
        RowCounts saved = run.isConversion()
                ? run.counts(JournalKeys.SOURCE_COUNTS)
                : new DatabaseMethods(context).savedCounts(run, database);
        long before = saved.tables().getOrDefault(POSTS, 0L);
        long now = database.counts().tables().getOrDefault(POSTS, 0L);
        return Math.max(0, now - before);
    }
}
