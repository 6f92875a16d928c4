package io.github.mmupgrade.notes;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.commonmark.ext.gfm.tables.TableCell;
import org.commonmark.node.AbstractVisitor;
import org.commonmark.node.Code;
import org.commonmark.node.CustomNode;
import org.commonmark.node.HardLineBreak;
import org.commonmark.node.HtmlInline;
import org.commonmark.node.Node;
import org.commonmark.node.SoftLineBreak;
import org.commonmark.node.Text;

/** The words of a paragraph, with what stands in code marks kept apart. */
final class InlineText extends AbstractVisitor {

    /** Everything that a terminal would obey or not show: notes come from outside. */
    private static final Pattern UNPRINTABLE = Pattern.compile("[\\p{Cntrl}\\p{Cf}]+");

    private static final Pattern SPACE = Pattern.compile("\\s+");

    /**
     * A run of words.
     *
     * @param code whether it stands in code marks
     * @param text the words, on one line
     */
    record Token(boolean code, String text) {}

    private final List<Token> tokens = new ArrayList<>();

    private InlineText() {}

    /** The tokens of a block, runs of plain words joined. */
    static List<Token> tokens(Node block) {
        InlineText text = new InlineText();
        text.visitChildren(block);
        return List.copyOf(text.tokens);
    }

    /** The words of a block on one line; empty when it has none. */
    static String plain(Node block) {
        StringBuilder plain = new StringBuilder();
        tokens(block).forEach(token -> plain.append(token.text()));
        return SPACE.matcher(plain).replaceAll(" ").strip();
    }

    @Override
    public void visit(Text text) {
        add(false, text.getLiteral());
    }

    @Override
    public void visit(Code code) {
        add(true, code.getLiteral().strip());
    }

    @Override
    public void visit(SoftLineBreak lineBreak) {
        add(false, " ");
    }

    @Override
    public void visit(HardLineBreak lineBreak) {
        add(false, " ");
    }

    @Override
    public void visit(HtmlInline html) {
        // Marks of another language say nothing to a person at a console.
    }

    @Override
    public void visit(CustomNode node) {
        if (node instanceof TableCell && !tokens.isEmpty()) {
            add(false, " | ");
        }
        visitChildren(node);
    }

    private void add(boolean code, String raw) {
        String clean = UNPRINTABLE.matcher(raw.replace('\t', ' ')).replaceAll("");
        if (clean.isEmpty()) {
            return;
        }
        Optional<Token> last = tokens.isEmpty() ? Optional.empty() : Optional.of(tokens.get(tokens.size() - 1));
        if (!code && last.isPresent() && !last.get().code()) {
            tokens.set(tokens.size() - 1, new Token(false, last.get().text() + clean));
        } else {
            tokens.add(new Token(code, clean));
        }
    }
}
