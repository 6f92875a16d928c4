package io.github.mmupgrade.notes;

import io.github.mmupgrade.notes.SettingChange.Kind;
import io.github.mmupgrade.notes.SettingStatement.Named;
import io.github.mmupgrade.release.Version;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.commonmark.node.ListBlock;
import org.commonmark.node.Node;
import org.commonmark.node.Paragraph;

/** Finds the settings in a list of a changelog, point by point; a point's section holds for the points below it. */
final class SettingReader {

    private final Version version;
    private final List<SettingChange> found = new ArrayList<>();

    private SettingReader(Version version) {
        this.version = version;
    }

    /** The settings that a list names, in their order. */
    static List<SettingChange> read(ListBlock list, Version version) {
        SettingReader reader = new SettingReader(version);
        reader.list(list, List.of(), Optional.empty());
        return reader.found;
    }

    private void list(ListBlock list, List<String> sections, Optional<Kind> kind) {
        for (Node item = list.getFirstChild(); item != null; item = item.getNext()) {
            List<String> itemSections = sections;
            Optional<Kind> itemKind = kind;
            for (Node block = item.getFirstChild(); block != null; block = block.getNext()) {
                if (block instanceof Paragraph) {
                    SettingStatement statement = SettingStatement.parse(InlineText.tokens(block), kind);
                    if (!statement.sections().isEmpty()) {
                        itemSections = statement.sections();
                    }
                    // Points below a sentence that named settings explain them; they name no further ones.
                    itemKind = statement.settings().isEmpty() ? statement.kind().or(() -> kind) : Optional.empty();
                    add(statement, itemSections);
                } else if (block instanceof ListBlock below) {
                    list(below, itemSections, itemKind);
                }
            }
        }
    }

    private void add(SettingStatement statement, List<String> sections) {
        for (Named named : statement.settings()) {
            Kind kind = statement.kind().orElseThrow();
            if (named.section().isPresent() || sections.isEmpty()) {
                found.add(new SettingChange(version, kind, named.section(), named.name(), named.defaultValue()));
            } else {
                sections.forEach(section -> found.add(
                        new SettingChange(version, kind, Optional.of(section), named.name(), named.defaultValue())));
            }
        }
    }
}
