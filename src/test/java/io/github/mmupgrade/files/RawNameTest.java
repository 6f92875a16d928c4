package io.github.mmupgrade.files;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

public class RawNameTest {

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    @Test
    public void everyByteOfANameSurvives() throws Exception {
        for (int b = 1; b < 256; b++) {
            if (b == '/') {
                continue;
            }
            String raw = "a" + (char) b + "z";
            Path file = RawName.resolve(folder.getRoot().toPath(), raw);
            assertEquals("byte " + b, raw, RawName.of(file));
            Files.createFile(file);
            try (var entries = Files.newDirectoryStream(folder.getRoot().toPath())) {
                assertEquals("byte " + b, raw, RawName.of(entries.iterator().next()));
            }
            Files.delete(file);
        }
    }

    @Test
    public void aWholeRelativePathIsResolved() {
        Path directory = Path.of("/srv");
        assertEquals(directory, RawName.resolve(directory, ""));
        assertEquals(Path.of("/srv/a/b"), RawName.resolve(directory, "a/b"));
        assertEquals("\377", RawName.of(RawName.resolve(directory, "a/\377").getFileName()));
        assertEquals("/srv/\377/b", RawName.ofWhole(RawName.resolve(directory, "\377/b")));
    }

    @Test
    public void whatIsNoTextSaysSo() {
        assertEquals("\u00fc", RawName.utf8("\303\274").orElseThrow());
        assertTrue(RawName.utf8("\377").isEmpty());
        assertEquals("\303\274", RawName.ofUtf8("\u00fc"));
        assertEquals("a?b?c?", RawName.text(RawName.ofUtf8("a\nb\u009bc\u202e")));
    }

    @Test
    public void theOrderIsThatOfAWalk() throws Exception {
        Random random = new Random(5);
        Path root = folder.getRoot().toPath();
        for (int i = 0; i < 300; i++) {
            String name = "";
            for (int depth = 0; depth <= random.nextInt(4); depth++) {
                name += (depth == 0 ? "" : "/")
                        + "a.-b!".charAt(random.nextInt(5))
                        + (random.nextBoolean() ? "." : "x");
            }
            Path path = root.resolve(name);
            if (!Files.exists(path)) {
                Files.createDirectories(path);
            }
        }
        List<String> met = new ArrayList<>();
        Iterator<TreeWalk.Entry> walk = new TreeWalk(root);
        while (walk.hasNext()) {
            met.add(walk.next().name());
        }
        List<String> sorted = new ArrayList<>(met);
        sorted.sort(RawName::compare);
        assertEquals(sorted, met);
        assertTrue(met.size() > 100);
    }
}
