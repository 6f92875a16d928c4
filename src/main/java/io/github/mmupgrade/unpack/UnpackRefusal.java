package io.github.mmupgrade.unpack;

import java.io.IOException;

/** Why an archive isn't unpacked, as the end of a sentence that names the archive. */
final class UnpackRefusal extends IOException {

    private static final long serialVersionUID = 1L;

    UnpackRefusal(String reason) {
        super(reason);
    }

    /** A reason that has to do with one entry. */
    static UnpackRefusal entry(String name, String reason) {
        return new UnpackRefusal("its entry '" + printable(name) + "' " + reason);
    }

    /** A name from an archive, harmless for a terminal and a log: no control characters, not endless. */
    static String printable(String name) {
        StringBuilder text = new StringBuilder();
        name.codePoints().limit(200).forEach(c -> {
            if (Character.isISOControl(c) || Character.getType(c) == Character.FORMAT) {
                text.append(String.format("\\u%04x", c));
            } else {
                text.appendCodePoint(c);
            }
        });
        return text.length() < name.length() && name.length() > 200 ? text + "..." : text.toString();
    }
}
