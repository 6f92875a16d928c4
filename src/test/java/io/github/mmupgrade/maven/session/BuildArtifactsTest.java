package io.github.mmupgrade.maven.session;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarFile;
import org.junit.Test;

public class BuildArtifactsTest {

    private static final List<String> HERE =
            List.of("io/fabric8/", "io/vertx/", "io/netty/", "tools/jackson/", "org/snakeyaml/");

    @Test
    public void whatOnlyReachesClustersIsNotSentToOtherMachinesAndNothingElseIsLeftOut() throws IOException {
        List<String> sentInVain = new ArrayList<>();
        List<String> missing = new ArrayList<>();
        int left = 0;
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            Path file = Path.of(entry);
            if (Files.isRegularFile(file) && entry.endsWith(".jar")) {
                boolean forClusters = isForClusters(file);
                boolean travels = BuildArtifacts.travels(file);
                left += travels ? 0 : 1;
                if (forClusters && travels) {
                    sentInVain.add(entry);
                }
                if (!forClusters && !travels && hasClasses(file)) {
                    missing.add(entry);
                }
            }
        }
        assertEquals(List.of(), sentInVain);
        assertEquals(List.of(), missing);
        assertTrue("" + left, left > 30);
    }

    private static boolean isForClusters(Path file) throws IOException {
        try (JarFile jar = new JarFile(file.toFile())) {
            return jar.stream().anyMatch(entry -> HERE.stream()
                    .anyMatch(group ->
                            entry.getName().startsWith(group) && entry.getName().endsWith(".class")));
        }
    }

    private static boolean hasClasses(Path file) throws IOException {
        try (JarFile jar = new JarFile(file.toFile())) {
            return jar.stream().anyMatch(entry -> entry.getName().endsWith(".class"));
        }
    }
}
