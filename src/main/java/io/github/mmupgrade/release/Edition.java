package io.github.mmupgrade.release;

import java.util.Locale;

/** Which of the vendor's two builds a server is. */
public enum Edition {
    /** The build without the vendor's enterprise code; its archives have {@code -team} in their name. */
    TEAM,
    /** The build with the vendor's enterprise code, licensed or not. */
    ENTERPRISE;

    /**
     * Reads an edition's name, in upper or lower case.
     *
     * @throws IllegalArgumentException when there is no such edition
     */
    public static Edition parse(String text) {
        for (Edition edition : values()) {
            if (edition.key().equals(text.strip().toLowerCase(Locale.ROOT))) {
                return edition;
            }
        }
        throw new IllegalArgumentException("Not an edition: '" + text + "'; it must be team or enterprise");
    }

    /** The name in lower case, as parameters and the catalogue write it: {@code team} or {@code enterprise}. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    @Override
    public String toString() {
        return key();
    }
}
