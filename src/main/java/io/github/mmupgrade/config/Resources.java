package io.github.mmupgrade.config;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** The tables of this package, which are data and lie beside its classes. */
final class Resources {

    private Resources() {}

    static ConfigDocument read(String name) {
        try (InputStream in = Resources.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("The plugin does not contain its table " + name);
            }
            return ConfigDocument.parse(in.readAllBytes(), name);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
