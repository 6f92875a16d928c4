package io.github.mmupgrade.report;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;

import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

public class IoReasonTest {

    private static final Pattern HANDLER =
            Pattern.compile("catch \\(IOException (\\w+)\\) \\{(.*?)\\n( *)\\}", Pattern.DOTALL);

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    @Test
    public void saysWhyAndNotOnlyWhere() throws Exception {
        Path missing = folder.getRoot().toPath().resolve("missing");
        assertEquals("not there: " + missing, reason(() -> Files.readString(missing)));
        Path file = folder.newFile("file").toPath();
        assertEquals("already there: " + file, reason(() -> Files.createFile(file)));
        assertEquals("not a directory: " + file, IoReason.of(new NotDirectoryException(file.toString())));
        folder.newFolder("full", "of");
        Path full = folder.getRoot().toPath().resolve("full");
        assertEquals("the directory is not empty: " + full, reason(() -> Files.delete(full)));
        assertEquals("permission denied: /x", IoReason.of(new AccessDeniedException("/x")));
        assertEquals("not valid text", IoReason.of(new MalformedInputException(1)));
        assertEquals("EOFException", IoReason.of(new EOFException()));
        assertEquals("No space left on device", IoReason.of(new IOException("No space left on device")));
    }

    @Test
    public void noHandlerShowsTheBareMessage() throws Exception {
        List<String> found = new ArrayList<>();
        try (Stream<Path> sources = Files.walk(Path.of("src/main/java"))) {
            for (Path source :
                    sources.filter(each -> each.toString().endsWith(".java")).toList()) {
                Matcher handler = HANDLER.matcher(Files.readString(source));
                while (handler.find()) {
                    if (handler.group(2).contains(handler.group(1) + ".getMessage()")) {
                        found.add(source + ": " + handler.group());
                    }
                }
            }
        }
        assertEquals(List.of(), found);
    }

    private static String reason(Attempt attempt) {
        return IoReason.of(assertThrows(IOException.class, attempt::run));
    }

    @FunctionalInterface
    private interface Attempt {
        void run() throws IOException;
    }
}
