package io.github.mmupgrade.notes;

import io.github.mmupgrade.release.Version;
import java.net.URI;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * The notes that an upgrade's administrator has to have read.
 *
 * @param installed the installed version
 * @param target the version to move to
 * @param releases every release between, oldest first, the target included
 */
public record NotesToRead(Version installed, Version target, List<OfRelease> releases) {

    /**
     * The notes of one minor release.
     *
     * @param version the target, or the newest patch; it is what {@code mattermost.acknowledge} names
     * @param link where they are published; empty when not known
     * @param notes what was found, by heading; empty when no notes were found
     */
    public record OfRelease(Version version, Optional<URI> link, List<ReleaseNotes> notes) {

        /** Checks the parts. */
        public OfRelease {
            Objects.requireNonNull(version);
            Objects.requireNonNull(link);
            notes = List.copyOf(notes);
        }

        /** The points about a topic, in their order. */
        public List<Note> notes(NoteTopic topic) {
            return notes.stream().flatMap(found -> found.notes(topic).stream()).toList();
        }

        /** What the notes say of settings. */
        public List<SettingChange> settings() {
            return notes.stream().flatMap(found -> found.settings().stream()).toList();
        }
    }

    /** Checks the parts. */
    public NotesToRead {
        Objects.requireNonNull(installed);
        Objects.requireNonNull(target);
        releases = List.copyOf(releases);
    }

    /** The releases that have to be acknowledged, oldest first. */
    public List<Version> versions() {
        return releases.stream().map(OfRelease::version).toList();
    }

    /** The releases that no notes were found of. They have to be acknowledged all the same. */
    public List<Version> withoutNotes() {
        return releases.stream()
                .filter(release -> release.notes().isEmpty())
                .map(OfRelease::version)
                .toList();
    }

    /** What the notes say of settings, oldest release first, to be held against what a merge finds. */
    public List<SettingChange> settings() {
        return releases.stream().flatMap(release -> release.settings().stream()).toList();
    }

    /**
     * The notes for a console, short, by release: at most 100 columns, links excepted. The releases without notes come
     * last, on one line of any length.
     */
    public List<String> lines() {
        return new NotesText(this).lines();
    }
}
