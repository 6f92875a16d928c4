package io.github.mmupgrade.datasource;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** The percent-encoding of RFC 3986, where a plus sign is a plus sign except in a query. */
public final class PercentCoding {

    private static final String UNRESERVED = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~";

    private PercentCoding() {}

    /** Everything but letters, digits and {@code -._~} encoded. */
    public static String encode(String text) {
        StringBuilder result = new StringBuilder();
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            if (b > 0 && UNRESERVED.indexOf(b) >= 0) {
                result.append((char) b);
            } else {
                result.append('%').append(hex(b >> 4)).append(hex(b));
            }
        }
        return result.toString();
    }

    /**
     * The text decoded.
     *
     * @param plusIsSpace whether it comes from a query
     * @throws IllegalArgumentException when a percent sign isn't followed by two digits, or the bytes aren't UTF-8
     */
    static String decode(String text, boolean plusIsSpace) {
        byte[] source = text.getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream result = new ByteArrayOutputStream(source.length);
        for (int i = 0; i < source.length; i++) {
            if (source[i] == '%') {
                int high = i + 2 < source.length ? Character.digit(source[i + 1], 16) : -1;
                int low = i + 2 < source.length ? Character.digit(source[i + 2], 16) : -1;
                if (high < 0 || low < 0) {
                    throw new IllegalArgumentException(
                            "a percent sign in it is not followed by two hexadecimal digits");
                }
                result.write(high << 4 | low);
                i += 2;
            } else {
                result.write(plusIsSpace && source[i] == '+' ? ' ' : source[i]);
            }
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(result.toByteArray()))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("its decoded bytes are not UTF-8", e);
        }
    }

    private static char hex(int nibble) {
        return Character.toUpperCase(Character.forDigit(nibble & 0xf, 16));
    }
}
