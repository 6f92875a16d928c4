package io.github.mmupgrade.fuzz;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.mmupgrade.backup.format.Backup;
import io.github.mmupgrade.backup.format.FileList;
import io.github.mmupgrade.backup.format.Manifest;
import io.github.mmupgrade.files.Digests;
import io.github.mmupgrade.unpack.ShippedFileList;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The manifest of a backup, the list of its files, and the list of a release's files. A manifest is sealed by a sum that
 * no mutation keeps: JSON is also read with the sum that it needs.
 */
public final class BackupFuzz {

    private static final Path ROOT = Fuzzing.directory();
    private static final ObjectMapper JSON = new ObjectMapper();

    private BackupFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) throws Exception {
        manifest(input);
        try {
            if (JSON.readTree(input) instanceof ObjectNode root) {
                manifest(sealed(root));
            }
        } catch (IOException noJson) {
            // was read as it is
        }
        Path list = Files.write(ROOT.resolve(FileList.NAME), input);
        Fuzzing.endsWell(IOException.class, () -> {
            try (FileList.Reader reader = new FileList.Reader(list, 20)) {
                while (reader.hasNext()) {
                    reader.next();
                }
            } catch (UncheckedIOException e) {
                throw e.getCause();
            }
        });
        Fuzzing.endsWell(IOException.class, () -> ShippedFileList.exchanged(list));
    }

    private static void manifest(byte[] bytes) throws IOException {
        Files.write(ROOT.resolve(Manifest.NAME), bytes);
        Fuzzing.endsWell(() -> {
            Backup backup = Backup.openForArtifacts(ROOT);
            backup.manifest().artifacts().forEach(backup.manifest()::holds);
            for (Method method : Manifest.class.getMethods()) {
                if (method.getParameterCount() == 0
                        && !Modifier.isStatic(method.getModifiers())
                        && method.getDeclaringClass() == Manifest.class) {
                    call(method, backup.manifest());
                }
            }
        });
        Fuzzing.endsWell(() -> Backup.open(ROOT));
    }

    private static void call(Method method, Manifest manifest) throws Exception {
        try {
            method.invoke(manifest);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof Exception cause) {
                throw cause;
            }
            throw e;
        }
    }

    private static byte[] sealed(ObjectNode root) throws JsonProcessingException {
        root.remove("sha256");
        root.put("sha256", "0".repeat(64));
        root.put("sha256", Digests.sha256(pretty(root)));
        return pretty(root);
    }

    private static byte[] pretty(ObjectNode root) throws JsonProcessingException {
        return (JSON.writerWithDefaultPrettyPrinter().writeValueAsString(root) + "\n").getBytes(StandardCharsets.UTF_8);
    }
}
