package io.github.mmupgrade.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A capability that is of no use to anybody, for a program that runs as another user. The kernel lets a process be
 * traced, and its memory and environment be read, only by one that has all of its capabilities (capabilities(7),
 * ptrace(2)); other programs of that user have none.
 */
final class HarmlessCapability {

    private static final Path STATUS = Path.of("/proc/self/status");
    private static final String PERMITTED = "CapPrm:";

    /** By their numbers in linux/capability.h. A server on port 443 has net_bind_service itself: not that one. */
    private static final Map<Integer, String> KNOWN = new TreeMap<>(Map.of(35, "wake_alarm", 36, "block_suspend"));

    private HarmlessCapability() {}

    /** The arguments of setpriv that keep one; none where this process has none itself, as in some containers. */
    static List<String> toKeep() {
        long permitted = permitted();
        return KNOWN.entrySet().stream()
                .filter(each -> (permitted >>> each.getKey() & 1) == 1)
                .findFirst()
                .map(each -> List.of("--inh-caps=+" + each.getValue(), "--ambient-caps=+" + each.getValue()))
                .orElse(List.of());
    }

    private static long permitted() {
        try {
            return Files.readAllLines(STATUS).stream()
                    .filter(line -> line.startsWith(PERMITTED))
                    .mapToLong(line -> Long.parseUnsignedLong(
                            line.substring(PERMITTED.length()).strip(), 16))
                    .findFirst()
                    .orElse(0);
        } catch (IOException e) {
            return 0;
        }
    }
}
