package io.github.mmupgrade.notes;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** What a release's note is about, in the order in which notes are shown. */
public enum NoteTopic {
    /** What no longer works as it did. */
    BREAKING("Breaking changes", "breaking change"),
    /** What to know of or do before the upgrade. */
    IMPORTANT("Important", "important upgrade note|important note|security notice"),
    /** What the upgrade does that is none of the others. */
    UPGRADE_IMPACT("Upgrade impact", "upgrade impact"),
    /** Clients and systems that are no longer supported, and features that were removed. */
    COMPATIBILITY("Compatibility", "compatibility|removed and deprecated|deprecated feature"),
    /** Settings that are new, changed or gone. */
    CONFIGURATION("Settings", "config\\.json"),
    /** Tables, columns and indexes that are new, changed or gone. */
    DATABASE("Database", "database change|database schema change|schema change"),
    /** Faults that the vendor knows of. */
    KNOWN_ISSUES("Known issues", "known issue"),
    /** What a patch release repairs. */
    PATCH("Patches", "(?!)");

    private final String title;
    private final Pattern heading;

    NoteTopic(String title, String headings) {
        this.title = title;
        this.heading = Pattern.compile("(" + headings + ").*");
    }

    /** The topic's name for a person. */
    public String title() {
        return title;
    }

    /** The topic that a heading of the vendor's notes begins; empty when it is none of them. */
    static Optional<NoteTopic> of(String heading) {
        String lower = heading.strip().toLowerCase(Locale.ROOT);
        for (NoteTopic topic : values()) {
            if (topic.heading.matcher(lower).matches()) {
                return Optional.of(topic);
            }
        }
        return Optional.empty();
    }
}
