package io.github.mmupgrade.config;

import io.github.mmupgrade.release.Version;

/**
 * Shows that a document of 10 MB is merged within ten times its size: run in a heap of that size
 * ({@code dev/bench-config} does), else it ends with an OutOfMemoryError.
 */
final class ConfigMemory {

    private ConfigMemory() {}

    static final int BYTES = 10 * 1024 * 1024;

    /** Parses a document of 10 MB, merges it into the small default of a release, and writes it. */
    static int merge(byte[] old, ConfigMode mode) {
        ConfigDocument newDefault = ConfigDocument.parse(ConfigMergeBenchmark.document(16_000, 0), "new");
        return ConfigMerge.into(newDefault, Version.parse("5.37.0"))
                .mode(mode)
                .merge(ConfigDocument.parse(old, "old"))
                .document()
                .bytes()
                .length;
    }

    public static void main(String[] arguments) {
        byte[] old = ConfigMergeBenchmark.document(BYTES, 7);
        for (ConfigMode mode : ConfigMode.values()) {
            System.out.printf(
                    "%s: a document of %d bytes merged into one of %d bytes, in a heap of at most %d MB%n",
                    mode, old.length, merge(old, mode), Runtime.getRuntime().maxMemory() / 1024 / 1024);
        }
    }
}
