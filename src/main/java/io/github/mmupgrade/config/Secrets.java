package io.github.mmupgrade.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which settings are secret, and how they are shown: {@code ***}, a data source as host, port and database.
 *
 * <p>What is secret is data: {@code secrets.json} beside this class. What is not sure counts as secret.
 */
public final class Secrets {

    /** What is shown in the place of a secret. */
    public static final String HIDDEN = "***";

    private static final ConfigDocument TABLE = Resources.read("secrets.json");
    private static final Set<String> OPEN_SECTIONS = names("openSections");
    private static final Set<String> OPEN = names("open");
    private static final Set<String> OPEN_PREFIXES = names("openPrefixes");
    private static final Set<String> OPEN_SUFFIXES = names("openSuffixes");
    private static final Set<String> SECRET = names("secret");
    private static final Set<String> SECRET_PARTS = names("secretParts");
    private static final Set<String> SECRET_SUFFIXES = names("secretSuffixes");
    private static final Set<String> PLUGIN_PARTS = names("pluginParts");
    private static final Set<String> DATA_SOURCE_PARTS = names("dataSourceParts");

    private static final Pattern USER_INFO = Pattern.compile("(?<=//)[^/\\s\"]*:[^\\s\"]*@|(?<=//)[^/\\s\"@]+@");
    private static final Pattern WEBHOOK = Pattern.compile(
            "(?i)(https?://[^/\\s\"]*(?:/[^\\s\"]*)?/(?:hooks|webhooks?|services|incomingwebhook)/)([^\\s\"]+)");
    private static final Pattern QUERY_SECRET = Pattern.compile(
            "(?i)([?&;](?:[a-z0-9_-]*(?:token|secret|password|passwd|key|sig|signature|code|auth))=)([^&\\s\"]+)");
    private static final int SHORT = 4;

    private Secrets() {}

    private static Set<String> names(String list) {
        Set<String> names = new LinkedHashSet<>();
        TABLE.get(list).orElseThrow().forEach(name -> names.add(name.asText().toLowerCase(Locale.ROOT)));
        return names;
    }

    /** Whether the value of a setting must not be shown, told from its name alone. */
    public static boolean isSecret(String dottedName) {
        String lower = dottedName.toLowerCase(Locale.ROOT);
        String section = lower.substring(0, Math.max(0, lower.indexOf('.')));
        String own = lower.substring(lower.lastIndexOf('.') + 1);
        if (lower.startsWith("pluginsettings.plugins.")) {
            return isSecretName(own) || PLUGIN_PARTS.stream().anyMatch(own::contains);
        }
        return SECRET.contains(own)
                || (!OPEN_SECTIONS.contains(section)
                        && !OPEN.contains(own)
                        && OPEN_PREFIXES.stream().noneMatch(own::startsWith)
                        && OPEN_SUFFIXES.stream().noneMatch(own::endsWith)
                        && isSecretName(own));
    }

    private static boolean isSecretName(String own) {
        return SECRET_PARTS.stream().anyMatch(own::contains)
                || SECRET_SUFFIXES.stream().anyMatch(own::endsWith);
    }

    private static boolean isDataSource(String dottedName) {
        String own = dottedName.substring(dottedName.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
        return DATA_SOURCE_PARTS.stream().anyMatch(own::contains);
    }

    /**
     * The value of a setting as it may be shown. Empty texts, truth values and null are shown even where the setting is
     * secret: they keep nobody out.
     */
    public static JsonNode redact(String dottedName, JsonNode value) {
        JsonNodeFactory nodes = JsonNodeFactory.instance;
        if (value.isObject()) {
            ObjectNode shown = nodes.objectNode();
            value.properties()
                    .forEach(member -> shown.set(
                            member.getKey(),
                            isSecret(dottedName) && !member.getValue().isContainerNode()
                                    ? redact(dottedName, member.getValue())
                                    : redact(dottedName + "." + member.getKey(), member.getValue())));
            return shown;
        }
        if (value.isArray()) {
            ArrayNode shown = nodes.arrayNode();
            value.forEach(element -> shown.add(redact(dottedName, element)));
            return shown;
        }
        if (value.isBoolean()
                || value.isNull()
                || (value.isTextual() && value.textValue().isEmpty())) {
            return value;
        }
        if (!isSecret(dottedName)) {
            return value.isTextual() ? TextNode.valueOf(withoutEmbedded(value.textValue())) : value;
        }
        return TextNode.valueOf(
                isDataSource(dottedName) && value.isTextual() ? DataSourceText.shown(value.textValue()) : HIDDEN);
    }

    /** The value of a setting in one line of JSON, as it may be shown. */
    static String shown(String dottedName, JsonValue value) {
        return redact(dottedName, JsonText.toNode(value)).toString();
    }

    /** A text without the passwords of URLs, the paths of webhooks and the tokens of queries in it. */
    private static String withoutEmbedded(String text) {
        if (!text.contains("//") && !text.contains("@")) {
            return text;
        }
        String shown = USER_INFO.matcher(text).replaceAll("***@");
        shown = WEBHOOK.matcher(shown).replaceAll("$1***");
        shown = QUERY_SECRET.matcher(shown).replaceAll("$1***");
        // user:password@tcp(host)/database, wherever somebody wrote it
        return shown.replaceAll("\\S+:\\S*@(?=[a-z0-9]+\\()", "***@");
    }

    /** Every secret in a document: whole values, and the passwords, tokens and webhook paths inside of others. */
    public static Set<String> valuesOf(ConfigDocument document) {
        Set<String> values = new LinkedHashSet<>();
        SettingPath.forEach(document.root(), (path, value) -> collect(SettingPath.dotted(path), value, values));
        return values;
    }

    private static void collect(String dottedName, JsonValue value, Set<String> values) {
        if (value instanceof JsonValue.Array array) {
            array.values.forEach(element -> collect(dottedName, element, values));
        } else if (value instanceof JsonValue.Members members) {
            for (int i = 0; i < members.size(); i++) {
                String inner = isSecret(dottedName) ? dottedName : dottedName + "." + members.names[i];
                collect(inner, members.values[i], values);
            }
        } else if (value instanceof JsonValue.Scalar scalar && !scalar.isNull() && !scalar.isBoolean()) {
            if (isSecret(dottedName)) {
                values.addAll(partsOf(scalar.text()));
            } else if (scalar.isString()) {
                values.addAll(embedded(scalar.text()));
            }
        }
    }

    /** A secret and the secrets inside of it, such as the password of a data source. */
    public static Set<String> partsOf(String secret) {
        Set<String> parts = new LinkedHashSet<>();
        if (!secret.isEmpty()) {
            parts.add(secret);
            parts.addAll(DataSourceText.secretsOf(secret));
        }
        return parts;
    }

    private static Set<String> embedded(String text) {
        Set<String> found = new LinkedHashSet<>();
        if (text.contains("@") && text.contains(":")) {
            found.addAll(DataSourceText.secretsOf(text));
        }
        for (Pattern pattern : List.of(WEBHOOK, QUERY_SECRET)) {
            Matcher matcher = pattern.matcher(text);
            while (matcher.find()) {
                found.add(matcher.group(2));
            }
        }
        return found;
    }

    /** A text, such as a line of a log, with every secret of a document taken out. */
    public static String redactText(String text, ConfigDocument document) {
        return redactText(text, valuesOf(document));
    }

    /**
     * A text with the given secrets taken out, also where they are written as in a URL or in JSON. A secret of fewer
     * than four characters is taken out only where it stands for itself.
     */
    public static String redactText(String text, Collection<String> secretValues) {
        Set<String> spellings = new LinkedHashSet<>();
        for (String secret : secretValues) {
            if (secret.isEmpty()) {
                continue;
            }
            spellings.add(secret);
            String encoded = URLEncoder.encode(secret, StandardCharsets.UTF_8);
            spellings.add(encoded);
            spellings.add(encoded.replace("+", "%20"));
            String quoted = JsonText.quote(secret);
            spellings.add(quoted.substring(1, quoted.length() - 1));
            spellings.add(secret.replace("\\", "\\\\").replace("\"", "\\\""));
        }
        List<String> longestFirst = new ArrayList<>(spellings);
        longestFirst.sort(Comparator.comparingInt(String::length).reversed().thenComparing(Comparator.naturalOrder()));
        String shown = text;
        for (String spelling : longestFirst) {
            shown = spelling.length() >= SHORT
                    ? shown.replace(spelling, HIDDEN)
                    : shown.replaceAll("(?<![\\p{L}\\p{N}])" + Pattern.quote(spelling) + "(?![\\p{L}\\p{N}])", "***");
        }
        return shown;
    }
}
