package io.github.mmupgrade.notes;

import io.github.mmupgrade.release.Version;
import java.util.Objects;

/**
 * One point of a release's notes.
 *
 * @param version the release that it is about; 11.8.0 for one that is about the whole of 11.8
 * @param topic what it is about
 * @param depth how deep it stands below other points, 0 for the topmost
 * @param text the point in one line, without marks for emphasis and without links
 */
public record Note(Version version, NoteTopic topic, int depth, String text) {

    /** Checks the parts. */
    public Note {
        Objects.requireNonNull(version);
        Objects.requireNonNull(topic);
        if (depth < 0 || text.isBlank() || text.indexOf('\n') >= 0) {
            throw new IllegalArgumentException("Not a note: '" + text + "' at depth " + depth);
        }
    }
}
