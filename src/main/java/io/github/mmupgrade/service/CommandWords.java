package io.github.mmupgrade.service;

import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.RefusedException;
import java.util.ArrayList;
import java.util.List;

/** Splits a command line into its arguments: white space separates, quotes and backslashes protect, nothing expands. */
final class CommandWords {

    private CommandWords() {}

    /** Splits a command line that has to be there. */
    static List<String> require(String line, String purpose) {
        List<String> words = line == null ? List.of() : split(line);
        if (words.isEmpty()) {
            throw new RefusedException(
                    "The service is managed by commands, but there is no command to " + purpose + " the server."
                            + " Nothing was changed.",
                    Hint.of(
                            "Set mattermost.startCommand, mattermost.stopCommand and mattermost.statusCommand, or another"
                                    + " mattermost.service."));
        }
        return words;
    }

    /**
     * Splits a line.
     *
     * @throws RefusedException when a quote isn't closed; the message has no part of the line, which may hold a secret
     */
    static List<String> split(String line) {
        List<String> words = new ArrayList<>();
        StringBuilder word = null;
        char quote = 0;
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (quote == 0 && Character.isWhitespace(c)) {
                if (word != null) {
                    words.add(word.toString());
                    word = null;
                }
                continue;
            }
            if (word == null) {
                word = new StringBuilder();
            }
            if (quote != 0 && c == quote) {
                quote = 0;
            } else if (quote == 0 && (c == '"' || c == '\'')) {
                quote = c;
            } else if (c == '\\' && quote != '\'' && i + 1 < line.length()) {
                char next = line.charAt(++i);
                if (quote == '"' && "\"\\$`".indexOf(next) < 0) {
                    word.append(c);
                }
                word.append(next);
            } else {
                word.append(c);
            }
        }
        if (quote != 0) {
            throw new RefusedException(
                    "A command has a quote (" + quote + ") that is not closed. Nothing was changed.",
                    Hint.of("Quotes come in pairs. A literal quote is written as \\\" or \\'."));
        }
        if (word != null) {
            words.add(word.toString());
        }
        return words;
    }
}
