package io.github.mmupgrade.testing.standin.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.SQLException;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The server's settings: from config.json or from the database, with {@code MM_*} on top. */
final class Configuration {

    private final ReleaseLine line;
    private final SettingsTable table = SettingsTable.load();
    private final Map<String, String> environment;
    private final Path file;
    private final SourceText database;
    private ObjectNode stored;

    private Configuration(ReleaseLine line, Map<String, String> environment, Path file, SourceText database) {
        this.line = line;
        this.environment = environment;
        this.file = file;
        this.database = database;
    }

    /**
     * Finds and reads the configuration.
     *
     * @param given what {@code -c} named; null when it wasn't given
     * @param programDirectory where the program is: {@code bin}
     */
    static Configuration load(ReleaseLine line, Map<String, String> environment, String given, Path programDirectory)
            throws SQLException {
        String name = given;
        if (line.from(5, 10) && name == null) {
            name = environment.get("MM_CONFIG");
        }
        boolean inDatabase = line.from(5, 10) && name != null && name.matches("(postgres|postgresql|mysql)://.*");
        Configuration result = inDatabase
                ? new Configuration(line, environment, null, SourceText.parse(name.substring(0, 5), name))
                : new Configuration(
                        line, environment, find(line, name == null ? "config.json" : name, programDirectory), null);
        result.stored = result.read();
        return result;
    }

    private static Path find(ReleaseLine line, String name, Path programDirectory) {
        Path here = Path.of("").toAbsolutePath();
        for (String place : new String[] {"config", "../config", "../../config", "."}) {
            Path candidate = here.resolve(place).resolve(name).normalize();
            if (Files.exists(candidate)) {
                return candidate;
            }
        }
        Path beside = programDirectory.resolveSibling("config").resolve(name).normalize();
        if (line.from(5, 0) && Files.exists(beside)) {
            return beside;
        }
        throw new ServerFailure(line.from(3, 1) ? 1 : 2, "panic: Unable to find config file " + name);
    }

    private ObjectNode read() throws SQLException {
        byte[] bytes;
        if (file != null) {
            try {
                bytes = Files.readAllBytes(file);
            } catch (IOException e) {
                throw new ServerFailure(line.from(3, 1) ? 1 : 2, "Error opening config file=" + file + ", err=" + e);
            }
        } else {
            bytes = readActive();
        }
        try {
            return (ObjectNode) GoJson.read(bytes);
        } catch (IOException | ClassCastException e) {
            throw new ServerFailure(line.from(3, 1) ? 1 : 2, "Error decoding config file=" + file + ", err=invalid");
        }
    }

    private byte[] readActive() throws SQLException {
        try (Store store = Store.open(database, line)) {
            store.update("CREATE TABLE IF NOT EXISTS Configurations (Id varchar(26) PRIMARY KEY, Value text NOT NULL,"
                    + " CreateAt bigint NOT NULL, Active boolean NULL UNIQUE)");
            store.update("CREATE TABLE IF NOT EXISTS ConfigurationFiles (Name varchar(64) PRIMARY KEY,"
                    + " Data text NOT NULL, CreateAt bigint NOT NULL, UpdateAt bigint NOT NULL)");
            String active = store.value("SELECT Value FROM Configurations WHERE Active");
            return active == null
                    ? GoJson.write(table.shipped(line.version()))
                    : active.getBytes(StandardCharsets.UTF_8);
        }
    }

    /** What the release does to its configuration at a start. */
    void prepare(ServerLog log) {
        boolean rewrites =
                line.fillsInAtStart() || (line.from(3, 10) && (table.lacksSalt(stored, line) || badLocale()));
        if (rewrites) {
            ObjectNode wanted = table.filledIn(stored, line);
            if (!java.util.Arrays.equals(GoJson.write(wanted), bytesNow())) {
                save(wanted, log);
            }
        }
        if (file != null && line.from(5, 30) && !Files.isWritable(file)) {
            throw new ServerFailure(
                    1, "Error: failed to load configuration: failed to persist: open " + file + ": permission denied");
        }
    }

    private boolean badLocale() {
        return find("LocalizationSettings.DefaultServerLocale").isPresent()
                && !text("LocalizationSettings.DefaultServerLocale").matches("[a-z]{2}(-[A-Za-z]+)?");
    }

    private byte[] bytesNow() {
        try {
            return file == null ? readActive() : Files.readAllBytes(file);
        } catch (IOException | SQLException e) {
            return new byte[0];
        }
    }

    /** What saving in the System Console does. */
    void saveFromConsole(ObjectNode wanted, ServerLog log) {
        save(table.filledIn(wanted, line), log);
    }

    private void save(ObjectNode wanted, ServerLog log) {
        stored = wanted;
        byte[] bytes = GoJson.write(wanted);
        if (file == null) {
            saveActive(bytes);
            return;
        }
        // in place: the inode, the mode and a symbolic link stay
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            channel.write(ByteBuffer.wrap(bytes));
        } catch (IOException e) {
            if (line.from(5, 30)) {
                throw new ServerFailure(
                        1,
                        "Error: failed to load configuration: failed to persist: open " + file + ": permission denied");
            }
            log.error("Failed to save config " + file + ": permission denied");
        }
    }

    private void saveActive(byte[] bytes) {
        try (Store store = Store.open(database, line)) {
            store.update("UPDATE Configurations SET Active = NULL WHERE Active");
            store.update(
                    "INSERT INTO Configurations (Id, Value, CreateAt, Active) VALUES (?, ?, ?, TRUE)",
                    SettingsTable.randomText(26),
                    new String(bytes, StandardCharsets.UTF_8),
                    System.currentTimeMillis());
        } catch (SQLException e) {
            throw new ServerFailure(1, "Error: failed to load configuration: " + e.getMessage());
        }
    }

    /** The value in force; empty where neither the configuration nor the release has one. */
    Optional<JsonNode> find(String name) {
        Optional<JsonNode> value =
                SettingsTable.find(stored, name).or(() -> SettingsTable.find(table.filledIn(stored, line), name));
        String variable = environment.get("MM_" + name.toUpperCase(Locale.ROOT).replace('.', '_'));
        return variable == null ? value : parsed(variable, value.orElse(null)).or(() -> value);
    }

    /** A variable's value as the setting's type; empty when it can't be read as such. */
    private static Optional<JsonNode> parsed(String variable, JsonNode current) {
        JsonNodeFactory nodes = JsonNodeFactory.instance;
        if (current == null || current.isTextual()) {
            return Optional.of(nodes.textNode(variable));
        }
        if (current.isBoolean()) {
            return variable.matches("true|false|1|0|t|f|T|F|TRUE|FALSE|True|False")
                    ? Optional.of(nodes.booleanNode(variable.matches("true|1|t|T|TRUE|True")))
                    : Optional.empty();
        }
        if (current.isNumber()) {
            return variable.matches("-?\\d{1,18}")
                    ? Optional.of(nodes.numberNode(Long.parseLong(variable)))
                    : Optional.empty();
        }
        if (current.isArray()) {
            var array = nodes.arrayNode();
            for (String word : variable.split(" ")) {
                array.add(word);
            }
            return Optional.of(array);
        }
        return Optional.empty();
    }

    String text(String name) {
        return find(name).map(JsonNode::asText).orElse("");
    }

    boolean flag(String name) {
        return find(name).map(JsonNode::asBoolean).orElse(false);
    }

    /** The whole stored configuration. */
    ObjectNode stored() {
        return stored;
    }

    /** Where config.json is; null when the configuration is in the database. */
    Path directory() {
        return file == null ? null : file.getParent();
    }

    /** When config.json was changed, in seconds since 1970; 0 when there is none. */
    long changed() {
        try {
            return file == null ? 0 : Files.getLastModifiedTime(file).toMillis() / 1000;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The database that the server works on. */
    SourceText source() {
        return SourceText.parse(text("SqlSettings.DriverName"), text("SqlSettings.DataSource"));
    }
}
