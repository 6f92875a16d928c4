package io.github.mmupgrade.config;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.testing.Slow;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.Rule;
import org.junit.Test;
import org.junit.experimental.categories.Category;
import org.junit.rules.TemporaryFolder;

@Category(Slow.class)
public class ConfigMemoryTest {

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    @Test
    public void aDocumentOfTenMegabytesIsMergedWithinTenTimesItsSize() throws Exception {
        Path output = folder.getRoot().toPath().resolve("output.txt");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx" + 10 * ConfigMemory.BYTES,
                        "-cp",
                        classPath(),
                        ConfigMemory.class.getName())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            assertTrue("hangs", process.waitFor(5, TimeUnit.MINUTES));
            String said = Files.readString(output, StandardCharsets.UTF_8);
            assertEquals(said, 0, process.exitValue());
            assertEquals(
                    said,
                    3,
                    said.lines()
                            .filter(line -> line.contains("a document of 10"))
                            .count());
        } finally {
            process.destroyForcibly();
        }
    }

    private static String classPath() throws IOException {
        StringBuilder path = new StringBuilder();
        for (String entry : System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"))
                .split(File.pathSeparator)) {
            path.append(path.length() == 0 ? "" : File.pathSeparator).append(new File(entry).getCanonicalPath());
        }
        return path.toString();
    }
}
