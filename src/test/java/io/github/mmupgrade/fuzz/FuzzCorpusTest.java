package io.github.mmupgrade.fuzz;

import static org.junit.Assert.assertEquals;

import io.github.mmupgrade.testing.Samples;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.junit.runners.Parameterized;

/**
 * Every target takes every file of its corpus and seeded mutations of it; {@code dev/fuzz} searches on from there. The
 * message of a failure has the input, which then belongs into the corpus.
 */
@RunWith(Parameterized.class)
public class FuzzCorpusTest {

    private static final int MUTATIONS = 25;

    /** Those that take what a server says: Mattermost, Kubernetes, the engine on another machine, a proxy, the vendor. */
    private static final Set<String> ANSWERS =
            Set.of("ServerAnswer", "Kubernetes", "AgentReply", "ProxyState", "Catalogue", "Changelog", "TreeWire");

    private static final int MOST_CHANGES = 4;
    private static final int LONGEST_COPY = 64;
    private static final Path SOURCES = Path.of(System.getProperty("basedir", "."), "src/test");
    private static final Path CORPORA = SOURCES.resolve("resources/fuzz");
    private static final List<String> WORDS = List.of(
            "null",
            "-1",
            "0",
            "99999999999999999999",
            "1e999999999",
            "\"\"",
            "{}",
            "[]",
            "[[[[[[[[",
            "{\"\":",
            "\0",
            "\n",
            "\\",
            "'",
            "\"",
            "=",
            "%",
            "%zz",
            "${x}",
            "..",
            "/",
            ":",
            "\ud83d\ude00",
            "true",
            "NaN",
            "[::1]",
            "\t",
            "PT1S");

    @Parameterized.Parameter
    public String target;

    @Parameterized.Parameters(name = "{0}")
    public static Set<String> targets() throws IOException {
        return names(CORPORA, "");
    }

    @Test(timeout = 60_000)
    public void takesItsCorpusAndMutationsOfIt() throws Exception {
        Method take = Class.forName(getClass().getPackageName() + "." + target + "Fuzz")
                .getMethod("fuzzerTestOneInput", byte[].class);
        TreeMap<String, byte[]> corpus = new TreeMap<>();
        for (String name : names(CORPORA.resolve(target), "")) {
            corpus.put(name, Files.readAllBytes(CORPORA.resolve(target).resolve(name)));
        }
        List<byte[]> all = List.copyOf(corpus.values());
        for (String name : corpus.keySet()) {
            give(take, corpus.get(name), name);
            Random random = new Random(name.hashCode());
            for (int i = 0; i < MUTATIONS; i++) {
                give(take, mutated(corpus.get(name), all, random), name + ", mutation " + i);
            }
        }
    }

    @Test
    public void everyTargetHasACorpus() throws IOException {
        assertEquals(names(SOURCES.resolve("java/io/github/mmupgrade/fuzz"), "Fuzz.java"), targets());
    }

    private void give(Method take, byte[] input, String what) throws Exception {
        try {
            take.invoke(null, (Object) input);
        } catch (InvocationTargetException e) {
            throw new AssertionError(what + " in Base64: " + Base64.getEncoder().encodeToString(input), e.getCause());
        }
        Samples.tried(ANSWERS.contains(target) ? "answers" : "other inputs");
    }

    private static byte[] mutated(byte[] input, List<byte[]> others, Random random) {
        byte[] changed = input;
        for (int i = random.nextInt(MOST_CHANGES); i >= 0; i--) {
            byte[] other = others.get(random.nextInt(others.size()));
            int at = random.nextInt(changed.length + 1);
            int behind = Math.min(changed.length, at + random.nextInt(LONGEST_COPY));
            int from = random.nextInt(other.length + 1);
            changed = switch (random.nextInt(5)) {
                case 0 ->
                    joined(changed, at, new byte[] {(byte) random.nextInt(256)}, Math.min(at + 1, changed.length));
                case 1 -> joined(changed, at, new byte[0], behind);
                case 2 ->
                    joined(
                            changed,
                            at,
                            WORDS.get(random.nextInt(WORDS.size())).getBytes(StandardCharsets.UTF_8),
                            random.nextBoolean() ? at : behind);
                case 3 -> joined(changed, at, part(other, from, random), random.nextBoolean() ? at : behind);
                default -> joined(changed, at, new byte[0], changed.length);
            };
        }
        return changed;
    }

    private static byte[] part(byte[] other, int from, Random random) {
        return java.util.Arrays.copyOfRange(other, from, Math.min(other.length, from + random.nextInt(LONGEST_COPY)));
    }

    private static byte[] joined(byte[] text, int end, byte[] middle, int begin) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.write(text, 0, end);
        all.writeBytes(middle);
        all.write(text, begin, text.length - begin);
        return all.toByteArray();
    }

    private static Set<String> names(Path directory, String end) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(end))
                    .map(name -> name.substring(0, name.length() - end.length()))
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }
}
