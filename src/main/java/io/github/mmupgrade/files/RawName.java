package io.github.mmupgrade.files;

import io.github.mmupgrade.report.Printable;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.StringJoiner;

/**
 * Names of files as the bytes they are, each byte one character (ISO 8859-1).
 *
 * <p>Java decodes names with the encoding of the locale it was started in. Under {@code LANG=C}, as cron and systemd
 * start things, every byte above 127 becomes a question mark, and no name in a backup could be found again.
 */
public final class RawName {

    private static final Charset NAMES = Charset.forName(System.getProperty("sun.jnu.encoding", "UTF-8"));
    private static final Path ROOT = Path.of("/");

    private RawName() {}

    /**
     * The bytes of a path's last name.
     *
     * @param path not a root
     */
    public static String of(Path path) {
        Path name = path.getFileName();
        String text = name.toString();
        if (isAscii(text)) {
            return text;
        }
        if (NAMES.equals(StandardCharsets.UTF_8) && text.indexOf('\uFFFD') < 0) {
            return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
        }
        if (!name.getFileSystem().equals(FileSystems.getDefault())) {
            return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
        }
        // the only door to the bytes that Java keeps: a URI escapes each of them
        String escaped = ROOT.resolve(name).toUri().getRawPath();
        return unescape(escaped.substring(1, escaped.endsWith("/") ? escaped.length() - 1 : escaped.length()));
    }

    /** The bytes of a whole path, such as the one that a symbolic link holds. */
    public static String ofWhole(Path path) {
        String text = path.toString();
        if (isAscii(text)) {
            return text;
        }
        StringJoiner whole = new StringJoiner("/", path.isAbsolute() ? "/" : "", "");
        for (Path part : path) {
            whole.add(of(part));
        }
        return whole.toString();
    }

    /**
     * A path below a directory.
     *
     * @param raw names as bytes, separated by slashes; empty for the directory itself
     */
    public static Path resolve(Path directory, String raw) {
        if (isAscii(raw)) {
            return raw.isEmpty() ? directory : directory.resolve(raw);
        }
        if (!directory.getFileSystem().equals(FileSystems.getDefault())) {
            return directory.resolve(text(raw));
        }
        // a URI keeps slashes that a path has not
        String single = raw.replaceAll("/{2,}", "/");
        String plain = single.endsWith("/") ? single.substring(0, single.length() - 1) : single;
        return directory.resolve(ROOT.relativize(Path.of(URI.create("file:///" + escape(plain)))));
    }

    /** The name as UTF-8 text; empty when its bytes are no UTF-8. */
    public static Optional<String> utf8(String raw) {
        if (isAscii(raw)) {
            return Optional.of(raw);
        }
        try {
            return Optional.of(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes(raw)))
                    .toString());
        } catch (CharacterCodingException e) {
            return Optional.empty();
        }
    }

    /** The bytes of UTF-8 text, as a raw name. */
    public static String ofUtf8(String text) {
        return isAscii(text) ? text : new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    /** The name for people to read: UTF-8, control characters and what can't be read replaced. */
    public static String text(String raw) {
        String decoded = isAscii(raw) ? raw : new String(bytes(raw), StandardCharsets.UTF_8);
        return Printable.value(decoded);
    }

    /** The bytes themselves. */
    public static byte[] bytes(String raw) {
        return raw.getBytes(StandardCharsets.ISO_8859_1);
    }

    /** The name that some bytes make. */
    public static String ofBytes(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    /**
     * Orders paths as a walk meets them that goes into each directory before its next sibling, siblings by their bytes:
     * a slash comes before every other byte.
     */
    public static int compare(String a, String b) {
        if (a.equals(b)) {
            return 0; // what a walk and its list are most of the time, and found out many bytes at once
        }
        int common = Math.min(a.length(), b.length());
        for (int i = 0; i < common; i++) {
            char x = a.charAt(i);
            char y = b.charAt(i);
            if (x != y) {
                return (x == '/' ? 0 : x) - (y == '/' ? 0 : y);
            }
        }
        return a.length() - b.length();
    }

    private static boolean isAscii(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) >= 0x80) {
                return false;
            }
        }
        return true;
    }

    private static String escape(String raw) {
        StringBuilder result = new StringBuilder(raw.length() * 3);
        for (int i = 0; i < raw.length(); i++) {
            char c = raw.charAt(i);
            if (c == '/' || (c < 0x80 && Character.isLetterOrDigit(c))) {
                result.append(c);
            } else {
                result.append(String.format(Locale.ROOT, "%%%02X", (int) c));
            }
        }
        return result.toString();
    }

    private static String unescape(String escaped) {
        StringBuilder result = new StringBuilder(escaped.length());
        for (int i = 0; i < escaped.length(); i++) {
            char c = escaped.charAt(i);
            if (c == '%') {
                result.append((char) Integer.parseInt(escaped.substring(i + 1, i + 3), 16));
                i += 2;
            } else {
                result.append(c);
            }
        }
        return result.toString();
    }
}
