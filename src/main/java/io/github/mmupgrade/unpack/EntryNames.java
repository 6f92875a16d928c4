package io.github.mmupgrade.unpack;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/** The names of an archive's entries: each is checked, and none may be there twice. */
final class EntryNames {

    /** The directory that every release's archive has at its top. */
    static final String TOP = "mattermost";

    private static final int LONGEST_NAME = 255;
    private static final int LONGEST_PATH = 2048;
    private static final int ALL_NAMES = 16 << 20;

    /** What an entry is. */
    enum Kind {
        DIRECTORY,
        FILE,
        SYMBOLIC_LINK,
        HARD_LINK
    }

    private record Seen(String name, Kind kind, boolean implied) {}

    private final Map<String, Seen> seen = new HashMap<>();
    private int characters;

    /**
     * Takes an entry's name as the archive spells it and returns it relative to the top directory, {@code /} between
     * its parts, empty for the top directory itself.
     *
     * @throws UnpackRefusal when nothing of that name may be unpacked
     */
    String accept(String spelled, Kind kind) throws UnpackRefusal {
        String name = relative(spelled, kind);
        if (name.isEmpty()) {
            return name;
        }
        requireWritable(spelled, name);
        for (int slash = name.indexOf('/'); slash >= 0; slash = name.indexOf('/', slash + 1)) {
            String above = name.substring(0, slash);
            Seen parent = register(spelled, above, Kind.DIRECTORY, true);
            if (parent.kind != Kind.DIRECTORY) {
                throw UnpackRefusal.entry(spelled, "is below '" + above + "', which is not a directory");
            }
        }
        register(spelled, name, kind, false);
        return name;
    }

    /** Whether there is an entry of that very name (relative to the top directory), and of that kind. */
    boolean has(String name, Kind kind) {
        Seen entry = seen.get(folded(name));
        return entry != null && entry.name.equals(name) && entry.kind == kind;
    }

    /** Java writes names in the locale's encoding; under LANG=C, of cron for instance, that is ASCII. */
    static void requireWritable(String spelled, String name) throws UnpackRefusal {
        try {
            Objects.requireNonNull(Path.of(name));
        } catch (InvalidPathException e) {
            throw UnpackRefusal.entry(
                    spelled,
                    "has a name that cannot be written under the locale in use; set LC_ALL=C.UTF-8 in the environment");
        }
    }

    private Seen register(String spelled, String name, Kind kind, boolean implied) throws UnpackRefusal {
        String folded = folded(name);
        Seen before = seen.get(folded);
        if (before == null) {
            characters += name.length();
            if (characters > ALL_NAMES) {
                throw UnpackRefusal.entry(spelled, "makes all names together too long");
            }
            Seen entry = new Seen(name, kind, implied);
            seen.put(folded, entry);
            return entry;
        }
        if (!before.name.equals(name)) {
            throw UnpackRefusal.entry(
                    spelled,
                    "differs from '" + UnpackRefusal.printable(before.name)
                            + "' only in upper and lower case or in the form of letters");
        }
        if (implied) {
            return before;
        }
        if (before.implied && kind == Kind.DIRECTORY) {
            seen.put(folded, new Seen(name, kind, false));
            return before;
        }
        throw UnpackRefusal.entry(spelled, "exists twice");
    }

    private static String relative(String spelled, Kind kind) throws UnpackRefusal {
        if (spelled.startsWith("/")) {
            throw UnpackRefusal.entry(spelled, "has an absolute path");
        }
        if (spelled.length() > LONGEST_PATH) {
            throw UnpackRefusal.entry(spelled, "has a path of more than " + LONGEST_PATH + " characters");
        }
        if (spelled.indexOf('\uFFFD') >= 0) {
            throw UnpackRefusal.entry(spelled, "has a name that is not valid UTF-8");
        }
        if (hasControlCharacter(spelled)) {
            throw UnpackRefusal.entry(spelled, "has a control character in its name");
        }
        StringBuilder name = new StringBuilder(spelled.length());
        boolean top = true;
        for (int start = 0, end; start < spelled.length(); start = end + 1) {
            end = spelled.indexOf('/', start);
            end = end < 0 ? spelled.length() : end;
            if (end == start || isDots(spelled, start, end, 1)) {
                continue;
            }
            if (isDots(spelled, start, end, 2)) {
                throw UnpackRefusal.entry(spelled, "has '..' in its path");
            }
            if (end - start > LONGEST_NAME) {
                throw UnpackRefusal.entry(spelled, "has a name of more than " + LONGEST_NAME + " characters");
            }
            if (top) {
                if (end - start != TOP.length() || !spelled.startsWith(TOP, start)) {
                    throw UnpackRefusal.entry(
                            spelled, "is not below '" + TOP + "/', the top directory of every release");
                }
                top = false;
                continue;
            }
            name.append(name.length() == 0 ? "" : "/").append(spelled, start, end);
        }
        if (name.length() == 0 && kind != Kind.DIRECTORY) {
            throw UnpackRefusal.entry(spelled, "is in the place of the directory '" + TOP + "'");
        }
        return name.toString();
    }

    /** Names that a file system without case, or one that composes letters, takes for one have one folded form. */
    private static String folded(String name) {
        String form = isAscii(name) ? name : Normalizer.normalize(name, Normalizer.Form.NFKC);
        return form.toUpperCase(Locale.ROOT).toLowerCase(Locale.ROOT);
    }

    // Loops, not streams: they run for each of 20,000 names, in a Java that has just started.

    static boolean hasControlCharacter(String name) {
        for (int i = 0; i < name.length(); i++) {
            if (Character.isISOControl(name.charAt(i))) {
                return true;
            }
        }
        return false;
    }

    private static boolean isAscii(String name) {
        for (int i = 0; i < name.length(); i++) {
            if (name.charAt(i) >= 128) {
                return false;
            }
        }
        return true;
    }

    private static boolean isDots(String text, int start, int end, int count) {
        return end - start == count && text.startsWith("..".substring(2 - count), start);
    }
}
