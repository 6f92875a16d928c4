package io.github.mmupgrade.release;

import java.util.Locale;

/** What the vendor calls a release; it says how long the release is supported. */
public enum ReleaseType {
    /** A monthly release, supported for about three months. */
    FEATURE,
    /** A feature release that begins a new major line. */
    MAJOR,
    /** An extended support release: a stepping stone of a long upgrade. */
    ESR;

    /** The name in lower case, as the catalogue writes it. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }
}
