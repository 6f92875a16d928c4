package io.github.mmupgrade.release;

import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.RefusedException;
import java.io.IOException;
import java.net.URI;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

/** Reads a catalogue's JSON. The format is described at {@link Catalogue}. */
final class CatalogueReader {

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private final JsonNode root;
    private final CatalogueData base;
    private final boolean extend;

    private CatalogueReader(JsonNode root, CatalogueData base) {
        this.root = root;
        this.base = base;
        this.extend = root.has("extends");
    }

    /**
     * Reads a catalogue.
     *
     * @param base what it extends, and where what it leaves out is taken from
     * @throws RefusedException when it is no catalogue
     */
    static CatalogueData read(byte[] json, String name, CatalogueData base) {
        try {
            JsonNode root = JSON.readTree(json);
            if (root == null || !root.isObject()) {
                throw new IllegalArgumentException("it is not a JSON object");
            }
            return new CatalogueReader(root, base).read();
        } catch (IOException | IllegalArgumentException | DateTimeException e) {
            throw new RefusedException(
                    "The catalogue " + name + " cannot be used: " + e.getMessage() + ". Nothing was changed.",
                    Hint.of("CONTRIBUTING.md describes the format. Without mattermost.catalogue, the built-in"
                            + " catalogue is used."),
                    e);
        }
    }

    private CatalogueData read() {
        int format = root.path("format").asInt(1);
        if (format != 1) {
            throw new IllegalArgumentException(
                    "its format is " + format + ", and this version of the plugin reads format 1 only");
        }
        if (extend && !"built-in".equals(root.get("extends").asText())) {
            throw new IllegalArgumentException("'extends' can only be \"built-in\", not " + root.get("extends"));
        }
        return new CatalogueData(
                releases(),
                urls(),
                optionalText(root, "signatureSuffix").orElse(base.signatureSuffix()),
                optionalText(root, "architecture").orElse(base.architecture()),
                minimumPostgresql(),
                optionalVersion(root, "mysqlRemovedIn").or(base::mysqlRemovedIn),
                list("forbidden", base.forbidden(), CatalogueReader::forbidden),
                schemaRules(),
                list("changelogs", base.changelogs(), CatalogueReader::changelog));
    }

    private NavigableMap<Version, Release> releases() {
        JsonNode list = root.path("releases");
        if (!list.isArray()) {
            throw new IllegalArgumentException("it has no list 'releases'");
        }
        NavigableMap<Version, Release> own = new TreeMap<>();
        for (JsonNode node : list) {
            Release release = release(node);
            if (own.put(release.version(), release) != null) {
                throw new IllegalArgumentException("it lists " + release.version() + " twice");
            }
        }
        NavigableMap<Version, Release> releases = extend ? new TreeMap<>(base.releases()) : new TreeMap<>();
        releases.putAll(own);
        if (releases.isEmpty()) {
            throw new IllegalArgumentException("it lists no releases");
        }
        return releases;
    }

    private Release release(JsonNode node) {
        Version version = version(node, "version");
        Map<Edition, PublishedFile> files = new EnumMap<>(Edition.class);
        try {
            for (Edition edition : Edition.values()) {
                JsonNode file = node.get(edition.key());
                if (file != null) {
                    files.put(edition, new PublishedFile(optionalText(file, "sha256"), optionalText(file, "url")));
                }
            }
            if (files.isEmpty()) {
                throw new IllegalArgumentException("it has neither 'team' nor 'enterprise'");
            }
            return new Release(
                    version, type(text(node, "type")), date(node, "released"), date(node, "supportEnds"), files, true);
        } catch (IllegalArgumentException | DateTimeException e) {
            throw new IllegalArgumentException("release " + version + ": " + e.getMessage(), e);
        }
    }

    private static ReleaseType type(String text) {
        for (ReleaseType type : ReleaseType.values()) {
            if (type.key().equals(text)) {
                return type;
            }
        }
        throw new IllegalArgumentException("'type' must be feature, major or esr, not '" + text + "'");
    }

    private Map<Edition, String> urls() {
        Map<Edition, String> urls = new EnumMap<>(Edition.class);
        urls.putAll(base.urls());
        for (Edition edition : Edition.values()) {
            optionalText(root.path("url"), edition.key()).ifPresent(url -> urls.put(edition, url));
            if (!urls.containsKey(edition)) {
                throw new IllegalArgumentException("it has no 'url' for the edition " + edition);
            }
        }
        return urls;
    }

    private NavigableMap<Version, Version> minimumPostgresql() {
        JsonNode node = root.get("minimumPostgresql");
        if (node == null) {
            return base.minimumPostgresql();
        }
        NavigableMap<Version, Version> minimum = extend ? new TreeMap<>(base.minimumPostgresql()) : new TreeMap<>();
        node.properties()
                .forEach(entry -> minimum.put(
                        Version.parse(entry.getKey()),
                        DatabaseServer.parseVersion(entry.getValue().asText())));
        return minimum;
    }

    private NavigableMap<Version, SchemaRule> schemaRules() {
        NavigableMap<Version, SchemaRule> rules = new TreeMap<>();
        for (SchemaRule rule :
                list("schemaRules", List.copyOf(base.schemaRules().values()), CatalogueReader::schema)) {
            rules.put(rule.server(), rule);
        }
        return rules;
    }

    /** The list of that name: after the base's when it extends that, else instead of it when it is there. */
    private <T> List<T> list(String name, List<T> inherited, Function<JsonNode, T> item) {
        JsonNode node = root.get(name);
        if (node == null) {
            return inherited;
        }
        if (!node.isArray()) {
            throw new IllegalArgumentException("'" + name + "' is not a list");
        }
        List<T> list = new ArrayList<>(extend ? inherited : List.of());
        node.forEach(element -> list.add(item.apply(element)));
        return list;
    }

    private static ForbiddenMove forbidden(JsonNode node) {
        return new ForbiddenMove(
                version(node, "fromAtLeast"), version(node, "fromBelow"), version(node, "toAtMost"), text(node, "why"));
    }

    private static SchemaRule schema(JsonNode node) {
        return new SchemaRule(
                version(node, "server"),
                version(node, "oldestSchema"),
                node.path("startsOnNewerSchema").asBoolean(),
                text(node, "refusal"),
                optionalVersion(node, "commandBelow"));
    }

    private static ChangelogSource changelog(JsonNode node) {
        return new ChangelogSource(
                version(node, "from"),
                version(node, "below"),
                URI.create(text(node, "source")),
                URI.create(text(node, "page")));
    }

    private static Version version(JsonNode node, String field) {
        return Version.parse(text(node, field));
    }

    private static Optional<Version> optionalVersion(JsonNode node, String field) {
        return optionalText(node, field).map(Version::parse);
    }

    private static Optional<LocalDate> date(JsonNode node, String field) {
        return optionalText(node, field).map(LocalDate::parse);
    }

    private static String text(JsonNode node, String field) {
        return optionalText(node, field)
                .orElseThrow(() -> new IllegalArgumentException("'" + field + "' is missing in " + shortened(node)));
    }

    private static Optional<String> optionalText(JsonNode node, String field) {
        JsonNode value = node.get(field);
        if (value == null || value.isNull()) {
            return Optional.empty();
        }
        if (!value.isTextual()) {
            throw new IllegalArgumentException("'" + field + "' is not a text in " + shortened(node));
        }
        return Optional.of(value.textValue());
    }

    private static String shortened(JsonNode node) {
        String text = node.toString();
        return text.length() <= 120 ? text : text.substring(0, 117) + "...";
    }
}
