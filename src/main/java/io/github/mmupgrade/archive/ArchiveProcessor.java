package io.github.mmupgrade.archive;

import java.util.Locale;
import java.util.Optional;

/** The processors that there are releases for. */
public enum ArchiveProcessor {
    /** 64-bit x86: {@code EM_X86_64} of the ELF specification. */
    AMD64("amd64", 62),
    /** 64-bit ARM: {@code EM_AARCH64} of the ELF specification. */
    ARM64("arm64", 183);

    private static final int ELF_HEADER = 20;

    private final String key;
    private final int machine;

    ArchiveProcessor(String key, int machine) {
        this.key = key;
        this.machine = machine;
    }

    /** The name in archives' names: {@code amd64} or {@code arm64}. */
    public String key() {
        return key;
    }

    /**
     * Reads a processor's name as archives, {@code uname -m} or Java spell it; empty when no release runs on it.
     */
    public static Optional<ArchiveProcessor> find(String name) {
        return switch (name.strip().toLowerCase(Locale.ROOT)) {
            case "amd64", "x86_64", "x64" -> Optional.of(AMD64);
            case "arm64", "aarch64" -> Optional.of(ARM64);
            default -> Optional.empty();
        };
    }

    /** The processor of the machine that this Java runs on; empty when no release runs on it. */
    public static Optional<ArchiveProcessor> ofThisMachine() {
        return find(System.getProperty("os.arch", ""));
    }

    /**
     * Why a program with this beginning can't be run on this processor, as the end of a sentence; empty when it can.
     *
     * @param start the first bytes of the file, 20 or all of them
     */
    public Optional<String> objection(byte[] start) {
        if (isScript(start)) {
            return Optional.empty();
        }
        if (start.length < ELF_HEADER || start[0] != 0x7f || start[1] != 'E' || start[2] != 'L' || start[3] != 'F') {
            return Optional.of("is not a program for Linux");
        }
        int found = (start[18] & 0xff) | (start[19] & 0xff) << 8;
        if (start[4] != 2 || start[5] != 1 || found != machine) {
            String of = "a processor of ELF machine number " + found;
            for (ArchiveProcessor other : values()) {
                if (other.machine == found && start[4] == 2 && start[5] == 1) {
                    of = other.key;
                }
            }
            return Optional.of("is built for " + of + ", but this server runs on " + key);
        }
        return Optional.empty();
    }

    /** Whether a file with this beginning is run by the program that it names. */
    public static boolean isScript(byte[] start) {
        return start.length >= 2 && start[0] == '#' && start[1] == '!';
    }

    @Override
    public String toString() {
        return key;
    }
}
