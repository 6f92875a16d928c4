package io.github.mmupgrade.notes;

import io.github.mmupgrade.release.Version;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What a changelog says under the heading of one release.
 *
 * @param version the release of the heading; 11.8.0 for {@code v11.8}
 * @param wholeLine whether the heading names a minor release without a patch
 * @param heading the heading
 * @param anchor the place in the published page; empty when not known
 * @param notes the points, in their order
 * @param settings what the notes say of settings, in their order
 */
public record ReleaseNotes(
        Version version,
        boolean wholeLine,
        String heading,
        Optional<String> anchor,
        List<Note> notes,
        List<SettingChange> settings) {

    /** Checks the parts. */
    public ReleaseNotes {
        Objects.requireNonNull(version);
        Objects.requireNonNull(heading);
        Objects.requireNonNull(anchor);
        notes = List.copyOf(notes);
        settings = List.copyOf(settings);
    }

    /** The points about a topic. */
    public List<Note> notes(NoteTopic topic) {
        return notes.stream().filter(note -> note.topic() == topic).toList();
    }

    /**
     * What of these an upgrade has to know of: the release's own notes when it is passed, and those of the patches after
     * the installed version and up to the target.
     *
     * @return empty when nothing of it concerns the upgrade
     */
    Optional<ReleaseNotes> between(Version installed, Version target) {
        boolean passed = (wholeLine ? installed.lineStart().below(version) : installed.below(version))
                && target.atLeast(version.lineStart());
        List<Note> kept = notes.stream()
                .filter(note -> concerns(note.version(), passed, installed, target))
                .toList();
        List<SettingChange> keptSettings = settings.stream()
                .filter(change -> concerns(change.version(), passed, installed, target))
                .toList();
        if (!passed && kept.isEmpty() && keptSettings.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(with(kept, keptSettings));
    }

    /** The same release with these points. */
    ReleaseNotes with(List<Note> points, List<SettingChange> changes) {
        return new ReleaseNotes(version, wholeLine, heading, anchor, points, changes);
    }

    private boolean concerns(Version of, boolean passed, Version installed, Version target) {
        return of.equals(version) ? passed : installed.below(of) && target.atLeast(of);
    }

    @Override
    public String toString() {
        return heading;
    }
}
