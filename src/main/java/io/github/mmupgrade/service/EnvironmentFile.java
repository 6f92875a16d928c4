package io.github.mmupgrade.service;

import java.util.LinkedHashMap;
import java.util.Map;

/** The rules by which systemd reads an EnvironmentFile (systemd.exec(5), and its parser in src/basic/env-file.c). */
public final class EnvironmentFile {

    private enum In {
        BEFORE_KEY,
        KEY,
        BEFORE_VALUE,
        VALUE,
        SINGLE,
        DOUBLE,
        COMMENT
    }

    private final Map<String, String> variables = new LinkedHashMap<>();
    private final StringBuilder key = new StringBuilder();
    private final StringBuilder value = new StringBuilder();
    private int valueEnd;

    private EnvironmentFile() {}

    /** The variables of a file; lines that set none are passed over, as systemd does. */
    public static Map<String, String> parse(String text) {
        EnvironmentFile file = new EnvironmentFile();
        file.read(text.replace("\r\n", "\n").replace('\r', '\n') + "\n");
        return file.variables;
    }

    private void read(String text) {
        In state = In.BEFORE_KEY;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean escape = c == '\\' && i + 1 < text.length();
            state = switch (state) {
                case BEFORE_KEY -> {
                    if (c == '#' || c == ';') {
                        yield In.COMMENT;
                    }
                    if (Character.isWhitespace(c)) {
                        yield In.BEFORE_KEY;
                    }
                    key.setLength(0);
                    key.append(c);
                    yield In.KEY;
                }
                case COMMENT -> c == '\n' ? In.BEFORE_KEY : In.COMMENT;
                case KEY -> {
                    if (c == '\n') {
                        yield In.BEFORE_KEY;
                    }
                    if (c == '=') {
                        value.setLength(0);
                        valueEnd = 0;
                        yield In.BEFORE_VALUE;
                    }
                    key.append(c);
                    yield In.KEY;
                }
                case BEFORE_VALUE, VALUE -> {
                    if (c == '\n') {
                        store();
                        yield In.BEFORE_KEY;
                    }
                    if (escape) {
                        char next = text.charAt(++i);
                        if (next != '\n') {
                            append(next, true);
                        }
                        yield In.VALUE;
                    }
                    if (state == In.BEFORE_VALUE && c == '\'') {
                        yield In.SINGLE;
                    }
                    if (state == In.BEFORE_VALUE && c == '"') {
                        yield In.DOUBLE;
                    }
                    if (state == In.BEFORE_VALUE && Character.isWhitespace(c)) {
                        yield In.BEFORE_VALUE;
                    }
                    append(c, !Character.isWhitespace(c));
                    yield In.VALUE;
                }
                case SINGLE -> {
                    if (c == '\'') {
                        yield In.BEFORE_VALUE;
                    }
                    append(c, true);
                    yield In.SINGLE;
                }
                case DOUBLE -> {
                    if (c == '"') {
                        yield In.BEFORE_VALUE;
                    }
                    if (escape) {
                        char next = text.charAt(++i);
                        if (next != '\n') {
                            if ("\"\\`$".indexOf(next) < 0) {
                                append(c, true);
                            }
                            append(next, true);
                        }
                        yield In.DOUBLE;
                    }
                    append(c, true);
                    yield In.DOUBLE;
                }
            };
        }
    }

    private void append(char c, boolean counts) {
        value.append(c);
        if (counts) {
            valueEnd = value.length();
        }
    }

    private void store() {
        String name = key.toString().strip();
        if (name.matches("[A-Za-z_][A-Za-z0-9_]*")) {
            variables.put(name, value.substring(0, valueEnd));
        }
    }
}
