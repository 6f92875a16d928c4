package io.github.mmupgrade.config;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.mmupgrade.release.Version;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Holds a configuration against the default of a release. Changes nothing; no text of it has a value in it. */
public final class ConfigValidation {

    private static final List<String> SALTS = List.of(
            "SqlSettings.AtRestEncryptKey",
            "FileSettings.PublicLinkSalt",
            "EmailSettings.InviteSalt",
            "EmailSettings.PasswordResetSalt");

    /** What can be wrong. */
    public enum Kind {
        /** A setting that the release does not know. */
        UNKNOWN_SETTING,
        /** A section that the release does not know. */
        UNKNOWN_SECTION,
        /** A value of a type that the release does not take. */
        WRONG_TYPE,
        /** A section of the release that the document lacks: the server's defaults hold. */
        MISSING_SECTION,
        /** A salt or key that is empty: the server makes one up. */
        EMPTY_SALT,
        /** One name in two spellings, of which the server reads the last. */
        SPELLED_TWICE;

        /** As in reports: {@code unknown-setting}. */
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /**
     * Something that is not as it should be.
     *
     * @param kind what it is
     * @param setting the dotted name
     * @param message what a person is told; never a value
     */
    public record Problem(Kind kind, String setting, String message) {
        /** Whether the server may not start with it, or not take the value. */
        public boolean isError() {
            return kind == Kind.WRONG_TYPE || kind == Kind.SPELLED_TWICE;
        }

        @Override
        public String toString() {
            return setting + ": " + message;
        }
    }

    private final String name;
    private final List<Problem> problems;

    private ConfigValidation(String name, List<Problem> problems) {
        this.name = name;
        this.problems = List.copyOf(problems);
    }

    /**
     * Checks a document.
     *
     * @param document what to check
     * @param newDefault the default file of the release it is for
     * @param release that release
     */
    public static ConfigValidation of(ConfigDocument document, ConfigDocument newDefault, Version release) {
        List<Problem> problems = new ArrayList<>();
        for (String setting : spelledTwice(document.root())) {
            problems.add(new Problem(
                    Kind.SPELLED_TWICE, setting, "exists in two spellings, of which the server reads the last"));
        }
        compare(document.root(), SettingTypes.corrected(newDefault).root(), new ArrayList<>(), problems);
        for (String section : newDefault.sections()) {
            if (!document.has(section)) {
                problems.add(new Problem(Kind.MISSING_SECTION, section, "is missing: the server's defaults apply"));
            }
        }
        for (String salt : SALTS) {
            document.value(salt)
                    .filter(value -> value.isNull()
                            || (value instanceof JsonValue.Scalar scalar
                                    && scalar.text().isEmpty()))
                    .ifPresent(value -> problems.add(
                            new Problem(Kind.EMPTY_SALT, salt, "is empty: the server generates one when it starts")));
        }
        problems.removeIf(
                problem -> !problem.isError() && ServerDefaults.builtIn().isNeverWritten(problem.setting(), release));
        return new ConfigValidation(document.name(), problems);
    }

    private static void compare(
            JsonValue.Members members, JsonValue.Members known, List<String> path, List<Problem> problems) {
        for (int i = 0; i < members.size(); i++) {
            String own = members.names[i];
            path.add(own);
            String setting = SettingPath.dotted(path);
            int at = known.find(own);
            boolean section = members.values[i] instanceof JsonValue.Members;
            if (at < 0) {
                problems.add(new Problem(
                        section ? Kind.UNKNOWN_SECTION : Kind.UNKNOWN_SETTING,
                        setting,
                        "is not known to the release" + NearestName.suggestion(own, List.of(known.names))));
            } else if (members.values[i] instanceof JsonValue.Members inner
                    && known.values[at] instanceof JsonValue.Members knownInner) {
                if (!SettingPath.isMap(path)) {
                    compare(inner, knownInner, path, problems);
                }
            } else if (!TypeFit.same(members.values[i], known.values[at])) {
                problems.add(new Problem(
                        Kind.WRONG_TYPE,
                        setting,
                        "is " + members.values[i].typeName() + ", the release expects " + known.values[at].typeName()));
            }
            path.remove(path.size() - 1);
        }
    }

    /** The dotted names that are there in two spellings that the server takes for one. */
    static List<String> spelledTwice(JsonValue.Members root) {
        List<String> twice = new ArrayList<>();
        spelledTwice(root, new ArrayList<>(), twice);
        return twice;
    }

    private static void spelledTwice(JsonValue.Members members, List<String> path, List<String> twice) {
        if (SettingPath.isMap(path)) {
            return;
        }
        Map<String, String> seen = new HashMap<>(members.size() * 2);
        for (int i = 0; i < members.size(); i++) {
            path.add(members.names[i]);
            String other = seen.put(members.names[i].toLowerCase(Locale.ROOT), members.names[i]);
            if (other != null) {
                twice.add(SettingPath.dotted(path) + " and " + other);
            }
            if (members.values[i] instanceof JsonValue.Members section) {
                spelledTwice(section, path, twice);
            }
            path.remove(path.size() - 1);
        }
    }

    /** Everything found, errors included, in the order of the document. */
    public List<Problem> problems() {
        return problems;
    }

    /** Whether the server would not start with it, or not take a value. */
    public boolean hasErrors() {
        return problems.stream().anyMatch(Problem::isError);
    }

    /** For a terminal of at most 100 columns: counts first, grouped by what is wrong. */
    public List<String> text() {
        TextReport report = new TextReport();
        long errors = problems.stream().filter(Problem::isError).count();
        report.heading("%s: %d errors, %d notes".formatted(name, errors, problems.size() - errors));
        for (Kind kind : Kind.values()) {
            List<Problem> found =
                    problems.stream().filter(problem -> problem.kind() == kind).toList();
            if (!found.isEmpty()) {
                report.line("");
                report.line(kind.toString().replace('-', ' ') + " (" + found.size() + ")");
                found.forEach(problem -> report.item("  ", problem.setting(), problem.message()));
            }
        }
        return report.lines();
    }

    /** The same as JSON: {@code {"errors": n, "problems": [{"kind": ..., "setting": ..., "message": ...}]}}. */
    public String json() {
        ObjectNode root = JsonNodeFactory.instance.objectNode();
        root.put("document", name);
        root.put("errors", problems.stream().filter(Problem::isError).count());
        ArrayNode list = root.putArray("problems");
        problems.forEach(problem -> list.addObject()
                .put("kind", problem.kind().toString())
                .put("setting", problem.setting())
                .put("message", problem.message()));
        return root.toPrettyString();
    }

    @Override
    public String toString() {
        return text().get(0);
    }
}
