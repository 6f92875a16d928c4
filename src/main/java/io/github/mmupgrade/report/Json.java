package io.github.mmupgrade.report;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.cfg.EnumFeature;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * The JSON that the plugin writes for others: durations in seconds, times as ISO 8601 in UTC, paths and enumerations as
 * text, nothing for what is not there.
 */
public final class Json {

    /** Writes one line; unknown fields are ignored when it reads, so that a newer version can add some. */
    public static final JsonMapper MAPPER = JsonMapper.builder()
            .defaultPropertyInclusion(
                    JsonInclude.Value.construct(JsonInclude.Include.NON_NULL, JsonInclude.Include.NON_NULL))
            .enable(EnumFeature.WRITE_ENUMS_TO_LOWERCASE)
            .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .addModule(new SimpleModule()
                    .addSerializer(Duration.class, new Seconds())
                    .addDeserializer(Duration.class, new FromSeconds())
                    .addSerializer(Path.class, ToStringSerializer.instance)
                    .addDeserializer(Path.class, new FromText<>(Path.class, Path::of))
                    .addSerializer(Instant.class, ToStringSerializer.instance)
                    .addDeserializer(Instant.class, new FromText<>(Instant.class, Instant::parse)))
            .build();

    private Json() {}

    /** The texts of an array, in their order. */
    public static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(each -> texts.add(each.asText()));
        return texts;
    }

    /**
     * Reads JSON that the plugin itself has made.
     *
     * @throws IllegalArgumentException when it is none
     */
    public static JsonNode tree(String json) {
        try {
            return MAPPER.readTree(json);
        } catch (IOException e) {
            throw new IllegalArgumentException(e);
        }
    }

    /**
     * Reads a value that has to be there.
     *
     * @throws JsonProcessingException when it is none, or {@code null}
     */
    public static <T> T read(String json, Class<T> type) throws JsonProcessingException {
        T value = MAPPER.readValue(json, type);
        if (value == null) {
            throw MismatchedInputException.from((JsonParser) null, type, "nothing but null");
        }
        return value;
    }

    /** The value in several lines, for people, too. */
    public static String pretty(Object value) {
        try {
            return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(value);
        } catch (IOException e) {
            throw new IllegalArgumentException(e);
        }
    }

    /** The value in one line. */
    public static String line(Object value) {
        try {
            return MAPPER.writeValueAsString(value);
        } catch (IOException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private static final class Seconds extends StdSerializer<Duration> {
        private static final long serialVersionUID = 1;
        private static final double MILLIS = 1000;

        Seconds() {
            super(Duration.class);
        }

        @Override
        public void serialize(Duration value, JsonGenerator json, SerializerProvider provider) throws IOException {
            json.writeNumber(value.toMillis() / MILLIS);
        }
    }

    private static final class FromSeconds extends StdDeserializer<Duration> {
        private static final long serialVersionUID = 1;
        private static final double MILLIS = 1000;

        FromSeconds() {
            super(Duration.class);
        }

        @Override
        public Duration deserialize(JsonParser json, DeserializationContext context) throws IOException {
            return Duration.ofMillis(Math.round(json.getDoubleValue() * MILLIS));
        }
    }

    private static final class FromText<T> extends StdDeserializer<T> {
        private static final long serialVersionUID = 1;
        private final transient Function<String, T> parse;

        FromText(Class<T> type, Function<String, T> parse) {
            super(type);
            this.parse = parse;
        }

        @Override
        public T deserialize(JsonParser json, DeserializationContext context) throws IOException {
            return parse.apply(json.getText());
        }
    }
}
