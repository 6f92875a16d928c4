package io.github.mmupgrade.testing.standin.server;

import io.github.mmupgrade.release.Edition;
import io.github.mmupgrade.release.Version;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Properties;

/**
 * One release of the stand-in server, and what sets its line apart from the others.
 *
 * @param version the release
 * @param edition the edition
 */
public record ReleaseLine(Version version, Edition edition) {

    /** The schemas of the releases that insist on passing through every one (or nearly so). */
    private static final List<String> EARLY =
            List.of("1.0.0", "1.1.0", "1.2.1", "1.3.0", "1.4.0", "2.0.0", "2.1.0", "2.2.0", "3.0.0");

    /** Reads what the archive's builder wrote. */
    static ReleaseLine of(Properties properties) {
        return new ReleaseLine(
                Version.parse(properties.getProperty("version")), Edition.parse(properties.getProperty("edition")));
    }

    /** Whether this release is the given one or a later one. */
    public boolean from(int major, int minor) {
        return version.atLeast(Version.of(major, minor, 0));
    }

    /** What the row {@code Version} of table {@code Systems} says after a start of this release. */
    public String schema() {
        if (version.line().equals("5.31")) {
            return "5.30.0";
        }
        return version.line().equals("1.2") ? "1.2.1" : version.lineStart().toString();
    }

    /** Whether commands are given as {@code -flags} rather than as words. */
    boolean takesGoFlags() {
        return !from(3, 7);
    }

    /** Whether the schema is a list of migrations in {@code db_migrations} rather than one number. */
    boolean recordsMigrations() {
        return from(6, 4);
    }

    /** Whether a start fills in what config.json lacks and drops what the release doesn't know. */
    boolean fillsInAtStart() {
        return from(5, 18);
    }

    /** Whether asking for the version leaves the database alone without being told to. */
    boolean answersVersionAlone() {
        return from(6, 5);
    }

    /** The exit status of a refused start. */
    int refusalStatus() {
        return from(3, 1) ? 234 : 2;
    }

    /** How many releases of the early list this one is above the other; negative when below. */
    int earlyDistance(String otherSchema) {
        return EARLY.indexOf(schema()) - EARLY.indexOf(otherSchema);
    }

    /** Whether a schema is one of the early list's. */
    static boolean isEarly(String schema) {
        return EARLY.contains(schema);
    }

    /** The hash that a build prints; the same for every build of this release. */
    String hash() {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-1")
                    .digest((version + "-" + edition).getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * What header {@code X-Version-Id} says.
     *
     * @param number the build number to answer with
     * @param configChanged when config.json was changed, in seconds since 1970
     */
    String versionId(String number, long configChanged) {
        if (!from(1, 4)) {
            return number + "." + configChanged;
        }
        if (!from(3, 0)) {
            return schema() + "." + number + "." + hash() + "." + configChanged;
        }
        return schema() + "." + number + "." + hash() + "." + (edition == Edition.ENTERPRISE);
    }

    /** The lines that answer to the question for the version. */
    String versionText(String databaseVersion) {
        StringBuilder text = new StringBuilder();
        text.append("Version: ").append(schema()).append('\n');
        text.append("Build Number: ").append(version).append('\n');
        text.append("Build Date: Mon Nov 23 01:55:07 UTC 2026\n");
        text.append("Build Hash: ").append(hash()).append('\n');
        if (from(1, 4)) {
            text.append("Build Enterprise Ready: ")
                    .append(edition == Edition.ENTERPRISE)
                    .append('\n');
        }
        if (databaseVersion != null) {
            text.append("DB Version: ").append(databaseVersion).append('\n');
        }
        return text.toString();
    }
}
