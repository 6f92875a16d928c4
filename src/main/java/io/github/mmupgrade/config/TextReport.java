package io.github.mmupgrade.config;

import io.github.mmupgrade.report.Printable;
import java.util.ArrayList;
import java.util.List;

/** Lines for a terminal, none of them wider than it: names that are too long are broken, values are cut. */
final class TextReport {

    /** The columns of the terminal it is written for. */
    static final int COLUMNS = 100;

    private static final int NAME_COLUMNS = 44;

    private static final String CONTINUED = "  ";

    private final List<String> lines = new ArrayList<>();

    /** A line, cut where it is too long. */
    void line(String text) {
        lines.add(cut(Printable.value(text), COLUMNS));
    }

    /** A heading, continued on further lines where it is too long; it breaks after a blank or a slash where it can. */
    void heading(String text) {
        String rest = Printable.value(text);
        while (rest.length() > COLUMNS) {
            int at = Math.max(rest.lastIndexOf(' ', COLUMNS - 1), rest.lastIndexOf('/', COLUMNS - 1)) + 1;
            at = at <= CONTINUED.length() ? COLUMNS : at;
            lines.add(rest.substring(0, at).stripTrailing());
            rest = CONTINUED + rest.substring(at);
        }
        lines.add(rest);
    }

    /** A name and what is to say about it, on the next line where they don't fit beside each other. */
    void item(String mark, String name, String text) {
        String head = mark + Printable.value(name);
        String rest = Printable.value(text);
        if (rest.isEmpty()) {
            line(head);
            return;
        }
        int width = Math.max(NAME_COLUMNS, head.length() + 2);
        if (width + rest.length() <= COLUMNS) {
            line(head + " ".repeat(width - head.length()) + rest);
            return;
        }
        if (head.length() + 2 <= NAME_COLUMNS && rest.length() > COLUMNS - 8) {
            line(head + " ".repeat(NAME_COLUMNS - head.length()) + rest);
            return;
        }
        line(head);
        line(" ".repeat(mark.length() + 6) + rest);
    }

    private static String cut(String text, int columns) {
        return text.length() <= columns ? text : text.substring(0, columns - 3) + "...";
    }

    List<String> lines() {
        return List.copyOf(lines);
    }
}
