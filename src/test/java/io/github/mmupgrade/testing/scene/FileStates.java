package io.github.mmupgrade.testing.scene;

import io.github.mmupgrade.files.Digests;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Every file below some directories: bytes, owner, mode and time. */
public final class FileStates {

    private FileStates() {}

    public static Map<String, String> of(Path root, String... names) throws IOException {
        Map<String, String> found = new TreeMap<>();
        for (String name : names) {
            Path start = root.resolve(name);
            if (!Files.exists(start)) {
                continue;
            }
            try (Stream<Path> all = Files.walk(start)) {
                for (Path path : all.toList()) {
                    Map<String, Object> attributes =
                            Files.readAttributes(path, "unix:mode,uid,gid,lastModifiedTime", LinkOption.NOFOLLOW_LINKS);
                    found.put(
                            root.relativize(path).toString(),
                            new TreeMap<>(attributes) + (Files.isRegularFile(path) ? " " + Digests.sha256(path) : ""));
                }
            }
        }
        return found;
    }
}
