package io.github.mmupgrade.runreport;

import java.util.Collection;

/** Writes elements of HTML. Every text and every attribute is escaped: there is no way to write markup from outside. */
final class Html {

    private final StringBuilder out = new StringBuilder();

    /** Begins an element; attributes as name, value, name, value. */
    Html open(String tag, String... attributes) {
        out.append('<').append(tag);
        for (int i = 0; i < attributes.length; i += 2) {
            out.append(' ').append(attributes[i]).append("=\"");
            escape(attributes[i + 1]);
            out.append('"');
        }
        out.append('>');
        return this;
    }

    /** Ends an element, and the line. */
    Html close(String tag) {
        end(tag);
        out.append('\n');
        return this;
    }

    /** Ends an element inside of a text. */
    Html end(String tag) {
        out.append("</").append(tag).append('>');
        return this;
    }

    /** A whole element with nothing but text in it. */
    Html element(String tag, String text, String... attributes) {
        open(tag, attributes);
        escape(text);
        return close(tag);
    }

    /** A text. */
    Html text(String text) {
        escape(text);
        return this;
    }

    /** A section with its heading. */
    Html section(String heading, Runnable content) {
        open("section").element("h2", heading);
        content.run();
        return close("section");
    }

    /** A line of a table: what it is about, and its cells. */
    Html row(String head, String... cells) {
        open("tr").element("th", head, "scope", "row");
        for (String cell : cells) {
            element("td", cell);
        }
        return close("tr");
    }

    /** The head of a table. */
    Html columns(String... names) {
        open("thead").open("tr");
        for (String name : names) {
            element("th", name, "scope", "col");
        }
        return close("tr").close("thead");
    }

    /** A term and what there is to say of it, inside of a list of them. */
    Html term(String term, String text) {
        return open("div").element("dt", term).element("dd", text).close("div");
    }

    /** A list of lines as they are; nothing when there are none. */
    Html lines(Collection<String> lines) {
        return lines.isEmpty() ? this : element("pre", String.join("\n", lines));
    }

    /** What is shown when somebody opens it. */
    Html details(String summary, Runnable content) {
        open("details").element("summary", summary);
        content.run();
        return close("details");
    }

    private void escape(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '&' -> out.append("&amp;");
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '"' -> out.append("&quot;");
                case '\'' -> out.append("&#39;");
                default -> out.append(isPlain(c) ? c : '\uFFFD');
            }
        }
    }

    /** Not what HTML does not allow, nor what turns the direction of the text around it. */
    private static boolean isPlain(char c) {
        return c == '\n' || c == '\t' || !(Character.isISOControl(c) || Character.getType(c) == Character.FORMAT);
    }

    @Override
    public String toString() {
        return out.toString();
    }
}
