package io.github.mmupgrade.notes;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** The changelogs among the test's resources, and where real ones lie when they are there. */
final class Changelogs {

    private Changelogs() {}

    static Changelog firstForm() {
        return fixture("first-form.md");
    }

    static Changelog middleForm() {
        return fixture("middle-form.md");
    }

    static Changelog todaysForm() {
        return fixture("todays-form.md");
    }

    static Changelog fixture(String name) {
        return Changelog.parse(bytes(name), name);
    }

    static byte[] bytes(String name) {
        try (InputStream in = Changelogs.class.getResourceAsStream("changelogs/" + name)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
