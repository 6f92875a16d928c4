package io.github.mmupgrade.testing.standin.server;

import io.github.mmupgrade.release.Version;
import java.util.ArrayList;
import java.util.List;

/** The steps that lead to each release's schema; the tables and columns are a part of the real ones. */
final class Migrations {

    private static final Version ELEVEN = Version.of(11, 0, 0);

    /** The first release whose numbers don't collide with those of late patches of 10.11. */
    private static final Version FIXED = Version.of(11, 7, 3);

    private Migrations() {}

    /**
     * One step.
     *
     * @param number its place, from 1 on
     * @param since the first release that has it
     * @param name what {@code db_migrations} calls it
     * @param statements what it runs; each may be run again
     */
    record Step(int number, Version since, String name, List<String> statements) {}

    /** The steps of a release, oldest first. */
    static List<Step> of(ReleaseLine line, boolean postgres) {
        List<Step> steps = new ArrayList<>(all(postgres));
        steps.removeIf(step -> line.version().below(step.since()));
        if (line.version().line().equals("10.11") && line.version().patch() >= 17) {
            // takes the number that the next release had given to another migration already
            add(steps, "10.11.17", "late_fix_of_10_11", column("Channels", "LateFix varchar(8)"));
        } else if (line.version().atLeast(FIXED)) {
            steps.replaceAll(step -> step.since().atLeast(ELEVEN)
                    ? new Step(step.number() + 1, step.since(), step.name(), step.statements())
                    : step);
        }
        return List.copyOf(steps);
    }

    private static List<Step> all(boolean postgres) {
        String flag = postgres ? "boolean" : "tinyint(1)";
        String longText = postgres ? "varchar(65535)" : "text";
        List<Step> steps = new ArrayList<>();
        add(
                steps,
                "1.0.0",
                "create_teams",
                table(
                        "Teams",
                        "Id varchar(26) PRIMARY KEY, CreateAt bigint, UpdateAt bigint, DeleteAt bigint,"
                                + " DisplayName varchar(64), Name varchar(64) UNIQUE, Email varchar(128), Type varchar(255),"
                                + " CompanyName varchar(64), AllowedDomains varchar(500)"));
        add(
                steps,
                "1.0.0",
                "create_users",
                table(
                        "Users",
                        "Id varchar(26) PRIMARY KEY, CreateAt bigint, UpdateAt bigint, DeleteAt bigint,"
                                + " TeamId varchar(26), Username varchar(64), Password varchar(128), AuthData varchar(128),"
                                + " AuthService varchar(32), Email varchar(128), EmailVerified " + flag
                                + ", Nickname varchar(64), FirstName varchar(64), LastName varchar(64), Roles varchar(64),"
                                + " Props varchar(4000), NotifyProps varchar(2000), FailedAttempts int"));
        add(
                steps,
                "1.0.0",
                "create_channels",
                table(
                        "Channels",
                        "Id varchar(26) PRIMARY KEY, CreateAt bigint, UpdateAt bigint, DeleteAt bigint,"
                                + " TeamId varchar(26), Type varchar(1), DisplayName varchar(64), Name varchar(64),"
                                + " Header varchar(1024), LastPostAt bigint, TotalMsgCount bigint, CreatorId varchar(26)"));
        add(
                steps,
                "1.0.0",
                "create_posts",
                table(
                        "Posts",
                        "Id varchar(26) PRIMARY KEY, CreateAt bigint, UpdateAt bigint, DeleteAt bigint,"
                                + " UserId varchar(26), ChannelId varchar(26), RootId varchar(26), OriginalId varchar(26),"
                                + " Message " + longText
                                + ", Type varchar(26), Props varchar(8000), Hashtags varchar(1000),"
                                + " Filenames varchar(4000)"));
        add(steps, "1.0.0", "create_systems", table("Systems", "Name varchar(64) PRIMARY KEY, Value varchar(1024)"));
        add(
                steps,
                "1.0.0",
                "create_sessions",
                table(
                        "Sessions",
                        "Id varchar(26) PRIMARY KEY, Token varchar(26), CreateAt bigint, ExpiresAt bigint,"
                                + " UserId varchar(26), Roles varchar(64)"));
        add(steps, "1.4.0", "upgrade_users_v1.4", column("Users", "LastPictureUpdate bigint"));
        add(steps, "2.0.0", "upgrade_users_v2.0", column("Users", "Locale varchar(5)"));
        add(steps, "2.2.0", "upgrade_channels_v2.2", column("Channels", "Purpose varchar(250)"));
        add(steps, "3.0.0", "upgrade_users_v3.0", column("Users", "MfaActive " + flag));
        add(
                steps,
                "3.5.0",
                "create_file_info",
                table(
                        "FileInfo",
                        "Id varchar(26) PRIMARY KEY, CreatorId varchar(26), PostId varchar(26), CreateAt bigint,"
                                + " UpdateAt bigint, DeleteAt bigint, Path varchar(512), Name varchar(256),"
                                + " Extension varchar(64), Size bigint, MimeType varchar(256)"),
                column("Posts", "FileIds varchar(150)"),
                column("Posts", "HasReactions " + flag));
        add(
                steps,
                "4.0.0",
                "create_cluster_discovery",
                table(
                        "ClusterDiscovery",
                        "Id varchar(26) PRIMARY KEY, Type varchar(64), ClusterName varchar(64), Hostname varchar(512),"
                                + " GossipPort int, Port int, CreateAt bigint, LastPingAt bigint"));
        add(
                steps,
                "4.1.0",
                "create_jobs",
                table(
                        "Jobs",
                        "Id varchar(26) PRIMARY KEY, Type varchar(32), Priority bigint, CreateAt bigint, StartAt bigint,"
                                + " LastActivityAt bigint, Status varchar(32), Progress bigint, Data varchar(1024)"));
        add(steps, "4.9.0", "upgrade_users_v4.9", column("Users", "Timezone varchar(256)"));
        add(steps, "5.2.0", "upgrade_teams_v5.2", column("Teams", "LastTeamIconUpdate bigint"));
        add(steps, "5.9.0", "upgrade_posts_v5.9", column("Posts", "EditAt bigint"));
        add(steps, "5.18.0", "upgrade_users_v5.18", column("Users", "Position varchar(128)"));
        add(steps, "5.25.0", "upgrade_sessions_v5.25", column("Sessions", "ExpiredNotify " + flag));
        add(
                steps,
                "5.29.0",
                "create_threads",
                table("Threads", "PostId varchar(26) PRIMARY KEY, ReplyCount bigint, LastReplyAt bigint"));
        add(steps, "5.37.0", "upgrade_teams_v5.37", column("Teams", "CloudLimitsArchived " + flag));
        add(steps, "6.0.0", "upgrade_posts_v6.0", column("Posts", "RemoteId varchar(26)"));
        add(steps, "6.4.0", "upgrade_jobs_v6.4", column("Jobs", "Note varchar(64)"));
        add(
                steps,
                "7.2.0",
                "create_drafts",
                table("Drafts", "CreateAt bigint, UserId varchar(26), ChannelId varchar(26), Message " + longText));
        add(steps, "8.0.0", "threads_deleteat", column("Threads", "ThreadDeleteAt bigint"));
        add(steps, "9.0.0", "add_channelid_to_fileinfo", column("FileInfo", "ChannelId varchar(26)"));
        add(
                steps,
                "10.0.0",
                "create_scheduled_posts",
                table("ScheduledPosts", "Id varchar(26) PRIMARY KEY, CreateAt bigint, ScheduledAt bigint"));
        add(steps, "10.11.0", "add_default_category_name", column("Channels", "DefaultCategoryName varchar(64)"));
        add(steps, "11.0.0", "remove_posts_v11", column("Posts", "Priority varchar(32)"));
        add(steps, "11.2.0", "content_flagging", table("ContentFlags", "PostId varchar(26) PRIMARY KEY"));
        return steps;
    }

    private static void add(List<Step> steps, String since, String name, String... statements) {
        steps.add(new Step(steps.size() + 1, Version.parse(since), name, List.of(statements)));
    }

    private static String table(String name, String columns) {
        return "CREATE TABLE IF NOT EXISTS " + name + " (" + columns + ")";
    }

    private static String column(String table, String definition) {
        return "ALTER TABLE " + table + " ADD COLUMN IF NOT EXISTS " + definition;
    }
}
