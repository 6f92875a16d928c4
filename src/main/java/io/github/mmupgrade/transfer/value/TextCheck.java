package io.github.mmupgrade.transfer.value;

import java.io.ByteArrayOutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** What PostgreSQL asks of a text in UTF-8. */
public final class TextCheck {

    /** The characters of the bytes 0 to 255 in MySQL's latin1: Windows-1252, and what that lacks as it is. */
    private static final String LATIN1 = latin1();

    private final boolean nul;
    private final boolean valid;
    private final int characters;

    private TextCheck(boolean nul, boolean valid, int characters) {
        this.nul = nul;
        this.valid = valid;
        this.characters = characters;
    }

    private static String latin1() {
        StringBuilder characters = new StringBuilder();
        for (int i = 0; i < 256; i++) {
            String one = new String(new byte[] {(byte) i}, Charset.forName("windows-1252"));
            characters.append(one.equals("\uFFFD") ? (char) i : one.charAt(0));
        }
        return characters.toString();
    }

    private static final TextCheck SOUND = new TextCheck(false, true, 0);

    /**
     * Looks at a text.
     *
     * @param maxLength how many characters it may have; 0 for any number
     */
    public static TextCheck of(byte[] text, int maxLength) {
        boolean nul = false;
        boolean valid = true;
        int continuations = 0;
        for (int i = 0; i < text.length; i++) {
            byte each = text[i];
            if (each > 0) {
                continue;
            }
            if (each == 0) {
                nul = true;
                continue;
            }
            int more = following(text, i);
            if (more < 0) {
                valid = false;
            } else {
                i += more;
                continuations += more;
            }
        }
        int characters = text.length - continuations;
        return !nul && valid && (maxLength == 0 || characters <= maxLength)
                ? SOUND
                : new TextCheck(nul, valid, characters);
    }

    /** How many bytes follow the first one of a character; -1 when they are none of UTF-8. */
    private static int following(byte[] text, int at) {
        int first = text[at] & 0xFF;
        int more = first >= 0xC2 && first <= 0xDF
                ? 1
                : (first & 0xF0) == 0xE0 ? 2 : first >= 0xF0 && first <= 0xF4 ? 3 : -1;
        if (more < 0 || at + more >= text.length) {
            return -1;
        }
        for (int i = 1; i <= more; i++) {
            if ((text[at + i] & 0xC0) != 0x80) {
                return -1;
            }
        }
        int second = text[at + 1] & 0xFF;
        boolean overlong = (first == 0xE0 && second < 0xA0) || (first == 0xF0 && second < 0x90);
        boolean outside = (first == 0xED && second > 0x9F) || (first == 0xF4 && second > 0x8F);
        return overlong || outside ? -1 : more;
    }

    /** Whether there is nothing to repair. */
    public boolean isSound() {
        return this == SOUND;
    }

    /** Whether it has the character NUL. */
    public boolean hasNul() {
        return nul;
    }

    /** Whether it is valid UTF-8. */
    public boolean isValid() {
        return valid;
    }

    /** Whether it has more characters. */
    public boolean isLongerThan(int maxLength) {
        return maxLength > 0 && characters > maxLength;
    }

    /** The text without the character NUL. */
    public static byte[] withoutNul(byte[] text) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(text.length);
        for (byte each : text) {
            if (each != 0) {
                out.write(each);
            }
        }
        return out.toByteArray();
    }

    /** The text with U+FFFD for what is not UTF-8. */
    public static byte[] madeValid(byte[] text) {
        return new String(text, StandardCharsets.UTF_8).getBytes(StandardCharsets.UTF_8);
    }

    /** How many characters a valid text has. */
    public static int characters(byte[] text) {
        int characters = 0;
        for (byte each : text) {
            characters += (each & 0xC0) == 0x80 ? 0 : 1;
        }
        return characters;
    }

    /** The first characters of a valid text. */
    public static byte[] cut(byte[] text, int maxLength) {
        int characters = 0;
        for (int i = 0; i < text.length; i++) {
            if ((text[i] & 0xC0) != 0x80 && ++characters > maxLength) {
                return Arrays.copyOf(text, i);
            }
        }
        return text;
    }

    /** Whether a text looks as if its UTF-8 had been taken for Windows-1252 and encoded again. */
    public static boolean looksDoubleEncoded(byte[] text) {
        boolean suspect = false;
        for (byte each : text) {
            if (each < 0 && ((each & 0xFF) == 0xC3 || (each & 0xFF) == 0xC2)) {
                suspect = true;
                break;
            }
        }
        if (!suspect) {
            return false;
        }
        String read = new String(text, StandardCharsets.UTF_8);
        byte[] bytes = new byte[read.length()];
        for (int i = 0; i < bytes.length; i++) {
            int once = read.charAt(i) < 0x80 ? read.charAt(i) : LATIN1.indexOf(read.charAt(i));
            if (once < 0) {
                return false;
            }
            bytes[i] = (byte) once;
        }
        boolean lead = false;
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] < 0) {
                int more = following(bytes, i);
                if (more < 0) {
                    return false;
                }
                lead = true;
                i += more;
            }
        }
        return lead;
    }
}
