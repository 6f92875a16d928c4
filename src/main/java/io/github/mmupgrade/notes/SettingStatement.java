package io.github.mmupgrade.notes;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.github.mmupgrade.notes.InlineText.Token;
import io.github.mmupgrade.notes.SettingChange.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What one sentence of a changelog says of settings, in any of the forms that the vendor's notes have had: {@code Under
 * `S` in `config.json`:} with {@code Added: `"A": 1`} below it, {@code Under `S` in `config.json`, added `A` and `B`},
 * {@code Added `A` under `S`}, {@code Removed `S.A`}.
 *
 * @param kind what happened; empty when the sentence only names a section for the points below it
 * @param sections the sections it is about; empty when it names none
 * @param settings the settings it names, each with a default where it gives one
 */
record SettingStatement(Optional<Kind> kind, List<String> sections, List<Named> settings) {

    /** A setting in a sentence; its section is only there when it stands before its name. */
    record Named(Optional<String> section, String name, Optional<JsonNode> defaultValue) {}

    private static final JsonMapper JSON = new JsonMapper();

    private static final Pattern VERB =
            Pattern.compile("\\b(added|removed|changed|modified|renamed|moved|replaced)\\b", Pattern.CASE_INSENSITIVE);
    private static final Pattern SEPARATOR = Pattern.compile("(?i)[\\s,]*(and|or)?[\\s,]*");
    private static final Pattern IS_SECTION = Pattern.compile("(?i)\\s*(configuration\\s+)?(settings?\\s+)?section.*");
    private static final Pattern SECTION_FOLLOWS =
            Pattern.compile("(?i)\\s*(configuration\\s+)?(settings?\\s+)?(under|in|to|from)\\s*(the\\s+)?");
    private static final Pattern NAMES_FOLLOW = Pattern.compile("(?i)\\s*(configuration\\s+)?settings?\\s*");
    private static final Pattern DEFAULT_FOLLOWS =
            Pattern.compile("(?i).*\\bdefault(s to|\\s+value)?(\\s+(is|of)|:)?\\s*", Pattern.DOTALL);
    private static final Pattern CODE =
            Pattern.compile("[\"']?([A-Za-z][A-Za-z0-9_]*(?:\\.[A-Za-z][A-Za-z0-9_]*)*)[\"']?\\s*(?::\\s*(.*?),?)?");

    /** A sentence that names a setting does so soon after its verb; later code is an example. */
    private static final int NEAR = 70;

    SettingStatement {
        sections = List.copyOf(sections);
        settings = List.copyOf(settings);
    }

    /**
     * Reads a sentence.
     *
     * @param inherited what happened according to the point above, for a point that only names settings
     */
    static SettingStatement parse(List<Token> tokens, Optional<Kind> inherited) {
        int verbAt = verb(tokens);
        if (verbAt < 0) {
            List<String> sections = sections(tokens);
            boolean bare = !tokens.isEmpty() && tokens.get(0).code();
            if (inherited.isPresent() && bare && !announcesSection(tokens)) {
                return named(inherited.get(), List.of(), tokens, 0);
            }
            return new SettingStatement(Optional.empty(), sections, List.of());
        }
        Matcher verb = VERB.matcher(tokens.get(verbAt).text());
        if (!verb.find()) {
            throw new IllegalStateException("No verb in " + tokens);
        }
        Kind kind = kind(verb.group(1));
        List<String> sections = sections(tokens.subList(0, verbAt));
        String rest = tokens.get(verbAt).text().substring(verb.end());
        boolean near = rest.length() <= NEAR && !rest.contains(". ");
        return near
                ? named(kind, sections, tokens, verbAt + 1)
                : new SettingStatement(Optional.of(kind), sections, List.of());
    }

    /** The token with the verb; -1 when the sentence has none where one belongs. */
    private static int verb(List<Token> tokens) {
        for (int i = 0; i < tokens.size(); i++) {
            Token token = tokens.get(i);
            if (!token.code()) {
                Matcher verb = VERB.matcher(token.text());
                if (verb.find()) {
                    boolean begins =
                            i == 0 && token.text().substring(0, verb.start()).isBlank();
                    boolean under = tokens.get(0)
                            .text()
                            .strip()
                            .toLowerCase(Locale.ROOT)
                            .startsWith("under");
                    return begins || under ? i : -1;
                }
            }
        }
        return -1;
    }

    private static Kind kind(String verb) {
        return switch (verb.toLowerCase(Locale.ROOT)) {
            case "added" -> Kind.ADDED;
            case "removed", "replaced" -> Kind.REMOVED;
            case "changed", "modified" -> Kind.CHANGED;
            default -> Kind.MOVED;
        };
    }

    private static boolean announcesSection(List<Token> tokens) {
        return tokens.size() > 1 && tokens.get(1).text().strip().startsWith("in");
    }

    private static List<String> sections(List<Token> tokens) {
        return tokens.stream()
                .filter(Token::code)
                .map(Token::text)
                .filter(text -> !text.contains(".") && CODE.matcher(text).matches())
                .filter(text -> text.endsWith("Settings") || announced(tokens))
                .toList();
    }

    private static boolean announced(List<Token> tokens) {
        return !tokens.isEmpty()
                && tokens.get(0).text().strip().toLowerCase(Locale.ROOT).startsWith("under");
    }

    /** Reads the names from the first code on, as far as they are a list. */
    private static SettingStatement named(Kind kind, List<String> sections, List<Token> tokens, int from) {
        List<String> where = new ArrayList<>(sections);
        List<Named> settings = new ArrayList<>();
        int at = from;
        while (at < tokens.size() && tokens.get(at).code()) {
            String after = at + 1 < tokens.size() ? tokens.get(at + 1).text() : "";
            Optional<Named> named = setting(tokens.get(at).text(), where);
            if (named.isEmpty()) {
                break;
            }
            boolean codeFollows = at + 2 < tokens.size() && tokens.get(at + 2).code();
            if (settings.isEmpty() && IS_SECTION.matcher(after).matches()) {
                return new SettingStatement(
                        Optional.of(kind), List.of(named.get().name()), List.of());
            }
            if (settings.isEmpty()
                    && where.isEmpty()
                    && codeFollows
                    && NAMES_FOLLOW.matcher(after).matches()) {
                where.add(named.get().name());
                at += 2;
                continue;
            }
            settings.add(named.get());
            named.get().section().filter(section -> where.isEmpty()).ifPresent(where::add);
            boolean additive = kind == Kind.ADDED || kind == Kind.REMOVED;
            if (additive
                    && codeFollows
                    && where.isEmpty()
                    && SECTION_FOLLOWS.matcher(after).matches()) {
                setting(tokens.get(at + 2).text(), List.of())
                        .filter(follower -> !follower.section().isPresent())
                        .ifPresent(follower -> where.add(follower.name()));
            }
            if (!SEPARATOR.matcher(after).matches()) {
                at++;
                break;
            }
            at += 2;
        }
        return new SettingStatement(Optional.of(kind), where, withDefault(kind, settings, tokens, at));
    }

    /**
     * Takes the default from the rest of the sentence, where that is about one setting only. What is gone has none, and
     * what moved is given with its old one.
     */
    private static List<Named> withDefault(Kind kind, List<Named> settings, List<Token> tokens, int rest) {
        if (kind == Kind.REMOVED || kind == Kind.MOVED) {
            return settings.stream()
                    .map(named -> new Named(named.section(), named.name(), Optional.empty()))
                    .toList();
        }
        if (settings.size() != 1) {
            return settings;
        }
        Named only = settings.get(0);
        for (int i = Math.max(1, rest); i < tokens.size(); i++) {
            String before = tokens.get(i - 1).text();
            if (tokens.get(i).code() && !tokens.get(i - 1).code()) {
                Optional<JsonNode> value = Optional.empty();
                if (only.defaultValue().isEmpty()
                        && DEFAULT_FOLLOWS.matcher(before).matches()) {
                    value = json(tokens.get(i).text());
                } else if (kind == Kind.CHANGED && before.strip().equals("to")) {
                    value = setting(tokens.get(i).text(), List.of())
                            .filter(now -> now.name().equals(only.name()))
                            .flatMap(Named::defaultValue);
                }
                if (value.isPresent()) {
                    return List.of(new Named(only.section(), only.name(), value));
                }
            }
        }
        return settings;
    }

    private static Optional<Named> setting(String code, List<String> sections) {
        Matcher matcher = CODE.matcher(code);
        if (!matcher.matches() || code.equals("config.json")) {
            return Optional.empty();
        }
        String name = matcher.group(1);
        int dot = name.indexOf('.');
        Optional<String> section = dot < 0 ? Optional.empty() : Optional.of(name.substring(0, dot));
        String bare = name.substring(dot + 1);
        if (section.isEmpty() && sections.contains(bare)) {
            return Optional.empty();
        }
        return Optional.of(
                new Named(section, bare, Optional.ofNullable(matcher.group(2)).flatMap(SettingStatement::json)));
    }

    private static Optional<JsonNode> json(String text) {
        try {
            return Optional.ofNullable(JSON.readTree(text)).filter(node -> !node.isMissingNode());
        } catch (JsonProcessingException e) {
            return Optional.empty();
        }
    }
}
