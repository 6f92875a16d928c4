package io.github.mmupgrade.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * The settings a server really runs with: its configuration overlaid with the {@code MM_*} variables of its
 * environment. A read-only view that knows where each value comes from.
 *
 * <p>A variable is read as the type that the setting has in the document: truth values and whole numbers as Go's
 * strconv reads them, lists split at each blank, maps as JSON. One that can't be read so is ignored, as the server does
 * (<a href="https://github.com/mattermost/mattermost/blob/master/server/config/environment.go">its
 * environment.go</a>).
 */
public final class EffectiveConfiguration {

    private static final Pattern WHOLE_NUMBER = Pattern.compile("[+-]?[0-9]{1,19}");
    private static final Set<String> TRUE = Set.of("1", "t", "T", "TRUE", "true", "True");
    private static final Set<String> FALSE = Set.of("0", "f", "F", "FALSE", "false", "False");

    private final ConfigDocument document;
    private final Origin base;
    private final ConfigDocument shape;
    private final Map<String, String> variables;
    private final Map<String, JsonNode> overridden = new LinkedHashMap<>();
    private final Set<String> ignored = new TreeSet<>();

    private EffectiveConfiguration(
            ConfigDocument document, Map<String, String> environment, Origin base, ConfigDocument shape) {
        this.document = Objects.requireNonNull(document);
        this.base = base;
        this.shape = shape;
        this.variables = new TreeMap<>();
        environment.forEach((name, value) -> {
            String upper = name.toUpperCase(Locale.ROOT);
            if (upper.startsWith("MM_")) {
                variables.put(upper, value);
            }
        });
        readVariables();
    }

    /** The configuration of a file under an environment; variables that are not the server's are left aside. */
    public static EffectiveConfiguration of(ConfigDocument document, Map<String, String> environment) {
        return of(document, environment, Origin.FILE);
    }

    /**
     * The configuration of a file or of the database under an environment.
     *
     * @param base {@link Origin#FILE} or {@link Origin#DATABASE}: where the document comes from
     */
    public static EffectiveConfiguration of(ConfigDocument document, Map<String, String> environment, Origin base) {
        return of(document, environment, base, ConfigDocument.empty("no default configuration"));
    }

    /**
     * The configuration under an environment, with the types of the settings that the document lacks.
     *
     * @param shape the release's default configuration, which has settings and types that the document may lack
     */
    public static EffectiveConfiguration of(
            ConfigDocument document, Map<String, String> environment, Origin base, ConfigDocument shape) {
        if (base != Origin.FILE && base != Origin.DATABASE) {
            throw new IllegalArgumentException("A document comes from a file or the database, not from " + base);
        }
        return new EffectiveConfiguration(document, environment, base, shape);
    }

    private void readVariables() {
        if (variables.isEmpty()) {
            return;
        }
        Map<String, List<String>> known = new HashMap<>();
        for (ConfigDocument source : List.of(shape, document)) {
            collect(source.root(), new ArrayList<>(), known);
        }
        variables.forEach((variable, text) -> {
            List<String> path = known.get(variable);
            if (path == null) {
                return;
            }
            Optional<JsonNode> value = parse(text, typeOf(path));
            if (value.isPresent()) {
                overridden.put(SettingPath.dotted(path), value.get());
            } else {
                ignored.add(variable);
            }
        });
    }

    private static void collect(JsonValue.Members members, List<String> path, Map<String, List<String>> known) {
        for (int i = 0; i < members.size(); i++) {
            path.add(members.names[i]);
            List<String> here = List.copyOf(path);
            if (members.values[i] instanceof JsonValue.Members section && !SettingPath.isMap(here)) {
                collect(section, path, known);
            } else {
                known.put(SettingPath.variable(SettingPath.dotted(here)), here);
            }
            path.remove(path.size() - 1);
        }
    }

    private JsonValue typeOf(List<String> path) {
        String dotted = SettingPath.dotted(path);
        return SettingTypes.like(dotted)
                .or(() -> document.value(dotted).filter(value -> !value.isNull()))
                .or(() -> shape.value(dotted))
                .orElse(null);
    }

    private static Optional<JsonNode> parse(String text, JsonValue type) {
        JsonNodeFactory nodes = JsonNodeFactory.instance;
        if (type instanceof JsonValue.Array) {
            ArrayNode list = nodes.arrayNode();
            for (String element : text.split(" ", -1)) {
                list.add(element);
            }
            return Optional.of(list);
        }
        if (type instanceof JsonValue.Members) {
            try {
                return Optional.of(
                        ConfigDocument.parse(text.getBytes(java.nio.charset.StandardCharsets.UTF_8), "the variable")
                                .toJson());
            } catch (io.github.mmupgrade.report.RefusedException notJson) {
                return Optional.empty();
            }
        }
        JsonValue.Scalar scalar = (JsonValue.Scalar) type;
        if (scalar != null && scalar.isBoolean()) {
            return TRUE.contains(text)
                    ? Optional.of(nodes.booleanNode(true))
                    : FALSE.contains(text) ? Optional.of(nodes.booleanNode(false)) : Optional.empty();
        }
        if (scalar != null && scalar.isNumber()) {
            if (!WHOLE_NUMBER.matcher(text).matches()) {
                return Optional.empty();
            }
            BigInteger number = new BigInteger(text);
            return number.bitLength() < 64 ? Optional.of(nodes.numberNode(number.longValue())) : Optional.empty();
        }
        return Optional.of(nodes.textNode(text));
    }

    /** The value of a setting; empty where the server's own default holds, which is so for null too. */
    public Optional<JsonNode> get(String dottedName) {
        Optional<JsonNode> fromVariable = fromVariable(dottedName);
        return fromVariable.isPresent()
                ? fromVariable
                : document.get(dottedName).filter(value -> !value.isNull());
    }

    private Optional<JsonNode> fromVariable(String dottedName) {
        JsonNode known = overridden.get(dottedName);
        if (known != null) {
            return Optional.of(known);
        }
        String variable = SettingPath.variable(dottedName);
        String text = variables.get(variable);
        if (text == null || ignored.contains(variable)) {
            return Optional.empty();
        }
        JsonValue type = typeOf(List.of(dottedName.split("\\.")));
        return type instanceof JsonValue.Members ? Optional.empty() : parse(text, type);
    }

    /** The value of a setting as text, without quotes; empty where it is not set. A list is joined with blanks. */
    public Optional<String> text(String dottedName) {
        return get(dottedName).map(value -> {
            if (value.isArray()) {
                List<String> elements = new ArrayList<>();
                value.forEach(element -> elements.add(element.asText()));
                return String.join(" ", elements);
            }
            return value.isValueNode() ? value.asText() : value.toString();
        });
    }

    /** The value of a whole number; the fallback where it is not set or no such number. */
    public long number(String dottedName, long fallback) {
        return get(dottedName)
                .map(value ->
                        value.isNumber() || WHOLE_NUMBER.matcher(value.asText()).matches()
                                ? value.asLong(fallback)
                                : fallback)
                .orElse(fallback);
    }

    /** A truth value; the fallback where it is not set or none. */
    public boolean flag(String dottedName, boolean fallback) {
        return get(dottedName)
                .map(value -> TRUE.contains(value.asText()) || (!FALSE.contains(value.asText()) && fallback))
                .orElse(fallback);
    }

    /** The elements of a list; empty where it is not set, one element where it is a single value. */
    public List<String> list(String dottedName) {
        List<String> elements = new ArrayList<>();
        get(dottedName).ifPresent(value -> {
            if (value.isArray()) {
                value.forEach(element -> elements.add(element.isValueNode() ? element.asText() : element.toString()));
            } else {
                elements.add(value.asText());
            }
        });
        return Collections.unmodifiableList(elements);
    }

    /** Where the value of a setting comes from. */
    public Origin origin(String dottedName) {
        if (fromVariable(dottedName).isPresent()) {
            return Origin.ENVIRONMENT;
        }
        return document.value(dottedName).filter(value -> !value.isNull()).isPresent() ? base : Origin.ABSENT;
    }

    /** The dotted names of the settings that a variable overrides, as far as the document or the shape knows them. */
    public Set<String> overridden() {
        return Collections.unmodifiableSet(overridden.keySet());
    }

    /** The names of the variables that the server ignores because their text is not of the setting's type. */
    public Set<String> ignoredVariables() {
        return Collections.unmodifiableSet(ignored);
    }

    /** What is stored, without the environment. */
    public ConfigDocument document() {
        return document;
    }

    /** The document with every override written into it: what the server runs with. Never stored by the server. */
    public ConfigDocument asDocument() {
        ConfigDocument result = document;
        for (Map.Entry<String, JsonNode> override : overridden.entrySet()) {
            result = result.with(override.getKey(), override.getValue());
        }
        return result;
    }

    /** Every secret of the document and of the variables, to be taken out of text with {@link Secrets#redactText}. */
    public Set<String> secretValues() {
        Set<String> values = new TreeSet<>(Secrets.valuesOf(document));
        values.addAll(Secrets.valuesOf(asDocument()));
        variables.forEach((variable, text) -> {
            if (Secrets.isSecret(variable.substring(3).replace('_', '.'))) {
                values.addAll(Secrets.partsOf(text));
            }
        });
        return Collections.unmodifiableSet(values);
    }

    /** What it is made of: never a value. */
    @Override
    public String toString() {
        return document + ", overridden by the environment: " + (overridden.isEmpty() ? "nothing" : overridden());
    }
}
