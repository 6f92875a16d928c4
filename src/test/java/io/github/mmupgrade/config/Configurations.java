package io.github.mmupgrade.config;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The configurations the tests of this package run over: their own, and real default files where there are some. */
final class Configurations {

    private static final List<String> OWN = List.of(
            "server-written.json",
            "older-default.json",
            "newer-default.json",
            "by-hand-two-spaces.json",
            "tabs-crlf.json",
            "one-line.json");

    private Configurations() {}

    static byte[] bytes(String name) {
        try (InputStream in = Configurations.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalArgumentException("No fixture " + name);
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static ConfigDocument own(String name) {
        return ConfigDocument.parse(bytes(name), name);
    }

    static ConfigDocument of(String text) {
        return ConfigDocument.parse(text.getBytes(StandardCharsets.UTF_8), "config.json");
    }

    static String text(ConfigDocument document) {
        return new String(document.bytes(), StandardCharsets.UTF_8);
    }

    /** Every configuration there is, by name. */
    static Map<String, byte[]> all() {
        Map<String, byte[]> all = new LinkedHashMap<>();
        OWN.forEach(name -> all.put(name, bytes(name)));
        all.putAll(real());
        return all;
    }

    /**
     * Default files of real releases, oldest first: those of the directory that the system property
     * {@code mattermost.test.configs} names, or that lies beside the project; none where there is no such directory.
     */
    static Map<String, byte[]> real() {
        Path directory = Path.of(System.getProperty("mattermost.test.configs", "../shared/data/configs"));
        if (!Files.isDirectory(directory)) {
            directory = Path.of("../../shared/data/configs");
        }
        Map<String, byte[]> real = new LinkedHashMap<>();
        if (Files.isDirectory(directory)) {
            try (Stream<Path> files = Files.list(directory)) {
                for (Path file : files.filter(path -> path.toString().endsWith(".json"))
                        .sorted(java.util.Comparator.comparing(Configurations::release))
                        .toList()) {
                    real.put(file.getFileName().toString(), Files.readAllBytes(file));
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return real;
    }

    private static String release(Path file) {
        StringBuilder key = new StringBuilder();
        for (String part : file.getFileName().toString().split("[^0-9]+")) {
            key.append(String.format(java.util.Locale.ROOT, "%5s", part));
        }
        return key.toString();
    }

    /** Pairs of default files, an older and a newer one: ours, and every pair of real ones. */
    static List<Pair> pairs() {
        List<Pair> pairs = new ArrayList<>();
        pairs.add(new Pair(own("older-default.json"), own("newer-default.json")));
        List<ConfigDocument> real = new ArrayList<>();
        real().forEach((name, bytes) -> real.add(ConfigDocument.parse(bytes, name)));
        for (int older = 0; older < real.size(); older++) {
            for (int newer = older + 1; newer < real.size(); newer++) {
                pairs.add(new Pair(real.get(older), real.get(newer)));
            }
        }
        return pairs;
    }

    record Pair(ConfigDocument older, ConfigDocument newer) {
        @Override
        public String toString() {
            return older.name() + " into " + newer.name();
        }
    }
}
