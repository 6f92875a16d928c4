package io.github.mmupgrade.notes;

import io.github.mmupgrade.release.Version;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.commonmark.ext.gfm.tables.TableBlock;
import org.commonmark.ext.gfm.tables.TableRow;
import org.commonmark.ext.gfm.tables.TablesExtension;
import org.commonmark.node.BlockQuote;
import org.commonmark.node.FencedCodeBlock;
import org.commonmark.node.Heading;
import org.commonmark.node.ListBlock;
import org.commonmark.node.Node;
import org.commonmark.node.Paragraph;
import org.commonmark.node.StrongEmphasis;
import org.commonmark.parser.Parser;

/**
 * Reads the vendor's changelogs: the form of the first releases ({@code ### Compatibility} with {@code #### Config.json
 * Changes}, {@code #### Database Changes}, {@code #### Known Issues} below it), the one with a heading of its own for
 * each of them, and today's ({@code ### Upgrade Impact}, notices as fenced directives, patch releases as a list).
 */
final class ChangelogParser {

    private static final Parser MARKDOWN = Parser.builder()
            .extensions(List.of(TablesExtension.create()))
            .maxOpenBlockParsers(200)
            .maxInlineNesting(100)
            .build();

    private static final Pattern RELEASE =
            Pattern.compile("(?:Release\\s+v?|v)(\\d+\\.\\d+(?:\\.\\d+)?)(?![\\d.]).*", Pattern.CASE_INSENSITIVE);
    private static final Pattern PATCH =
            Pattern.compile("v?(\\d+\\.\\d+\\.\\d+),? released.*", Pattern.CASE_INSENSITIVE);
    private static final Pattern ANCHOR = Pattern.compile("\\(([\\w.-]+)\\)=");
    private static final Pattern NOTICE =
            Pattern.compile("\\{(attention|important|warning|caution|danger)}.*", Pattern.CASE_INSENSITIVE);

    /** Headings that end a topic even where they stand below it. */
    private static final Pattern UNRELATED =
            Pattern.compile("(contributors|bug fixes|improvements|api |go version|open source).*");

    private final List<ReleaseNotes> releases = new ArrayList<>();
    private final NoteTopic[] topics = new NoteTopic[7];
    private Optional<String> pendingAnchor = Optional.empty();
    private final List<Note> notes = new ArrayList<>();
    private final List<SettingChange> settings = new ArrayList<>();

    /** The release whose heading came last, still without its points; null before the first. */
    private ReleaseNotes release;

    private boolean headingSeen;

    private ChangelogParser() {}

    /** The releases of a changelog in the order of its headings. */
    static List<ReleaseNotes> parse(String markdown) {
        ChangelogParser parser = new ChangelogParser();
        parser.blocks(MARKDOWN.parse(markdown));
        parser.endRelease();
        return parser.releases;
    }

    private void blocks(Node parent) {
        for (Node node = parent.getFirstChild(); node != null; node = node.getNext()) {
            if (node instanceof Heading heading) {
                heading(heading);
            } else if (node instanceof BlockQuote) {
                blocks(node);
            } else {
                Matcher anchor = ANCHOR.matcher(node instanceof Paragraph ? InlineText.plain(node) : "");
                if (anchor.matches()) {
                    pendingAnchor = Optional.of(anchor.group(1));
                } else if (release != null) {
                    content(node);
                }
            }
        }
    }

    private void heading(Heading heading) {
        String text = InlineText.plain(heading);
        Matcher number = RELEASE.matcher(text);
        if (heading.getLevel() <= 2) {
            endRelease();
            if (number.matches()) {
                beginRelease(number.group(1), text);
            }
        }
        for (int level = heading.getLevel(); level < topics.length; level++) {
            topics[level] = null;
        }
        if (heading.getLevel() > 2) {
            headingSeen = true;
            NoteTopic inherited =
                    UNRELATED.matcher(text.toLowerCase(Locale.ROOT)).matches() ? null : topic();
            topics[heading.getLevel()] = NoteTopic.of(text).orElse(inherited);
            if (topics[heading.getLevel()] == null) {
                // Nothing below may take up a topic from above this heading.
                Arrays.fill(topics, 0, heading.getLevel(), null);
            }
        }
        pendingAnchor = Optional.empty();
    }

    private void beginRelease(String number, String heading) {
        boolean wholeLine = number.indexOf('.') == number.lastIndexOf('.');
        release = new ReleaseNotes(Version.parse(number), wholeLine, heading, pendingAnchor, List.of(), List.of());
        headingSeen = false;
    }

    private void endRelease() {
        if (release != null) {
            releases.add(release.with(notes, settings));
        }
        release = null;
        notes.clear();
        settings.clear();
    }

    /** The topic that holds here; null when none does. */
    private NoteTopic topic() {
        for (int level = topics.length - 1; level >= 0; level--) {
            if (topics[level] != null) {
                return topics[level];
            }
        }
        return null;
    }

    private void content(Node node) {
        NoteTopic topic = topic();
        if (node instanceof FencedCodeBlock fence) {
            notice(fence, release.version());
        } else if (node instanceof ListBlock list && !headingSeen) {
            patches(list);
        } else if (topic != null) {
            if (node instanceof ListBlock list && topic == NoteTopic.CONFIGURATION) {
                settings.addAll(SettingReader.read(list, release.version()));
            }
            notes(node, release.version(), topic, 0);
        }
    }

    /** Takes a block's points: paragraphs, lists with what is below them, rows of tables. */
    private void notes(Node node, Version version, NoteTopic topic, int depth) {
        if (node instanceof Paragraph) {
            if (!isTitle(node)) {
                note(version, topic, depth, InlineText.plain(node));
            }
        } else if (node instanceof ListBlock) {
            for (Node item = node.getFirstChild(); item != null; item = item.getNext()) {
                for (Node block = item.getFirstChild(); block != null; block = block.getNext()) {
                    notes(block, version, topic, block instanceof ListBlock ? depth + 1 : depth);
                }
            }
        } else if (node instanceof FencedCodeBlock fence) {
            notice(fence, version);
        } else if (node instanceof TableBlock) {
            for (Node part = node.getFirstChild(); part != null; part = part.getNext()) {
                for (Node row = part.getFirstChild(); row instanceof TableRow; row = row.getNext()) {
                    note(version, topic, depth, InlineText.plain(row));
                }
            }
        } else if (node instanceof BlockQuote) {
            for (Node block = node.getFirstChild(); block != null; block = block.getNext()) {
                notes(block, version, topic, depth);
            }
        }
    }

    /** A paragraph that is nothing but a bold name of what follows. */
    private static boolean isTitle(Node paragraph) {
        return paragraph.getFirstChild() instanceof StrongEmphasis only && only.getNext() == null;
    }

    /** Reads a notice, which the vendor's pages write as a fenced directive. */
    private void notice(FencedCodeBlock fence, Version version) {
        if (fence.getInfo() == null || !NOTICE.matcher(fence.getInfo().strip()).matches()) {
            return;
        }
        Node document = MARKDOWN.parse(fence.getLiteral());
        NoteTopic topic = fence.getLiteral().toLowerCase(Locale.ROOT).contains("breaking change")
                ? NoteTopic.BREAKING
                : NoteTopic.IMPORTANT;
        for (Node node = document.getFirstChild(); node != null; node = node.getNext()) {
            if (!(node instanceof FencedCodeBlock)) {
                notes(node, version, topic, 0);
            }
        }
    }

    private void note(Version version, NoteTopic topic, int depth, String text) {
        if (!text.isBlank()) {
            notes.add(new Note(version, topic, depth, text));
        }
    }

    /** Reads the list of patch releases below a release's heading. */
    private void patches(ListBlock list) {
        for (Node item = list.getFirstChild(); item != null; item = item.getNext()) {
            Node title = item.getFirstChild();
            Matcher patch = PATCH.matcher(title == null ? "" : InlineText.plain(title));
            if (!patch.matches()) {
                continue;
            }
            Version version = Version.parse(patch.group(1));
            for (Node block = title.getNext(); block != null; block = block.getNext()) {
                if (block instanceof ListBlock below) {
                    patch(below, version);
                } else {
                    notes(block, version, NoteTopic.PATCH, 0);
                }
            }
        }
    }

    private void patch(ListBlock list, Version version) {
        for (Node item = list.getFirstChild(); item != null; item = item.getNext()) {
            NoteTopic topic = NoteTopic.PATCH;
            for (Node block = item.getFirstChild(); block != null; block = block.getNext()) {
                String text = InlineText.plain(block).toLowerCase(Locale.ROOT);
                if (block instanceof ListBlock below) {
                    if (topic != NoteTopic.PATCH) {
                        SettingReader.read(below, version).stream()
                                .filter(change -> change.section().isPresent())
                                .forEach(settings::add);
                    }
                    notes(below, version, topic, 0);
                } else if (text.contains("contains the following database")) {
                    topic = NoteTopic.DATABASE;
                } else if (text.contains("contains the following functional")) {
                    topic = NoteTopic.UPGRADE_IMPACT;
                } else {
                    notes(block, version, NoteTopic.PATCH, 0);
                }
            }
        }
    }
}
