package io.github.mmupgrade.notes;

import static java.util.stream.Collectors.joining;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** Writes notes for a console: what matters to an upgrade, cut short, by release, with the link to all of it. */
final class NotesText {

    private static final int WIDTH = 100;
    private static final int LINES_OF_A_NOTE = 3;

    /** The most points shown of topics that ask nothing of an administrator. */
    private static final int LONG_TOPIC = 12;

    private static final Pattern NUMBERS = Pattern.compile("v?\\d+(\\.\\d+)*");

    private final NotesToRead toRead;
    private final List<String> lines = new ArrayList<>();
    private final Set<String> said = new HashSet<>();

    NotesText(NotesToRead toRead) {
        this.toRead = toRead;
    }

    List<String> lines() {
        if (lines.isEmpty()) {
            toRead.releases().stream()
                    .filter(release -> !release.notes().isEmpty())
                    .forEach(this::release);
            withoutNotes();
        }
        return List.copyOf(lines);
    }

    /** On one line: without network it may be every release, and there is nothing to say of each. */
    private void withoutNotes() {
        List<NotesToRead.OfRelease> without = toRead.releases().stream()
                .filter(release -> release.notes().isEmpty())
                .toList();
        if (without.isEmpty()) {
            return;
        }
        List<String> pages = without.stream()
                .flatMap(release -> release.link().stream())
                .distinct()
                .map(page -> "  " + page)
                .toList();
        lines.add("No notes were found for "
                + without.stream().map(release -> release.version().toString()).collect(joining(", "))
                + (pages.isEmpty() ? "." : ". They are published at:"));
        lines.addAll(pages);
    }

    private void release(NotesToRead.OfRelease release) {
        lines.add("Mattermost " + release.version());
        int before = lines.size();
        for (NoteTopic topic : NoteTopic.values()) {
            switch (topic) {
                case CONFIGURATION -> settings(release);
                case KNOWN_ISSUES -> count(release, topic);
                case PATCH -> {}
                default -> topic(release, topic);
            }
        }
        if (lines.size() == before) {
            lines.add("  Nothing in its notes is about upgrading.");
        }
        release.link().ifPresent(link -> lines.add("  " + link));
    }

    private void topic(NotesToRead.OfRelease release, NoteTopic topic) {
        List<Note> notes = release.notes(topic).stream().filter(this::isNew).toList();
        if (notes.isEmpty()) {
            return;
        }
        lines.add("  " + topic.title() + ":");
        int most = topic == NoteTopic.DATABASE || topic == NoteTopic.CONFIGURATION ? LONG_TOPIC : notes.size();
        notes.stream().limit(most).forEach(note -> {
            String indent = "    " + "  ".repeat(Math.min(note.depth(), 4));
            wrap(indent + "- ", indent + "  ", note.text(), LINES_OF_A_NOTE);
        });
        if (notes.size() > most) {
            lines.add("    and " + (notes.size() - most) + " more");
        }
    }

    /**
     * Whether it was not said yet. The vendor repeats an important note with each release and only changes the numbers in
     * it; elsewhere the numbers are what matters.
     */
    private boolean isNew(Note note) {
        return said.add(
                note.topic() == NoteTopic.IMPORTANT
                        ? NUMBERS.matcher(note.text()).replaceAll("#")
                        : note.text());
    }

    private void settings(NotesToRead.OfRelease release) {
        Map<SettingChange.Kind, List<SettingChange>> byKind = new LinkedHashMap<>();
        release.settings().forEach(change -> byKind.computeIfAbsent(change.kind(), kind -> new ArrayList<>())
                .add(change));
        if (byKind.isEmpty()) {
            topic(release, NoteTopic.CONFIGURATION);
            return;
        }
        lines.add("  " + NoteTopic.CONFIGURATION.title() + ":");
        byKind.forEach((kind, changes) -> wrap(
                "    - " + kind.word() + ": ",
                "      ",
                changes.stream().map(SettingChange::toString).distinct().collect(joining(", ")),
                Integer.MAX_VALUE));
    }

    private void count(NotesToRead.OfRelease release, NoteTopic topic) {
        int count = release.notes(topic).size();
        if (count > 0) {
            lines.add("  " + topic.title() + ": " + count);
        }
    }

    private void wrap(String first, String indent, String text, int most) {
        StringBuilder line = new StringBuilder(first);
        boolean fresh = true;
        int written = 0;
        for (String word : text.split(" ")) {
            String rest = word;
            if (!fresh && line.length() + 1 + rest.length() > WIDTH) {
                if (++written == most) {
                    int cut = line.length() + 4 <= WIDTH ? line.length() : line.lastIndexOf(" ", WIDTH - 4);
                    lines.add(line.substring(0, cut) + " ...");
                    return;
                }
                lines.add(line.toString());
                line = new StringBuilder(indent);
                fresh = true;
            }
            while (line.length() + rest.length() > WIDTH) {
                int fits = WIDTH - line.length();
                lines.add(line + rest.substring(0, fits));
                rest = rest.substring(fits);
                line = new StringBuilder(indent);
            }
            line.append(fresh ? "" : " ").append(rest);
            fresh = false;
        }
        lines.add(line.toString());
    }
}
