package io.github.mmupgrade.remote;

import io.github.mmupgrade.files.Digests;
import io.github.mmupgrade.host.Host;
import io.github.mmupgrade.remote.ssh.LostConnectionException;
import io.github.mmupgrade.report.Amount;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.report.Reporter;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** The directory on the other machine for what is sent there; each file once, known by its checksum. */
final class TargetCache {

    /** Besides the files themselves, for what becomes of them there. */
    private static final int ROOM_KILOBYTES = 1 << 14;

    private static final int ATTEMPTS = 5;

    /** What did not grow for so many pauses, nobody sends any more. */
    private static final int STILL = 10;

    private static final long PAUSE_MILLIS = 1000;

    /** Larger files, in bytes, are sent by themselves. */
    private static final long LARGE = 1L << 24;

    private final TargetShell shell;
    private final Reporter reporter;
    private final String sender;
    private long sent;

    TargetCache(TargetShell shell, Host here, Reporter reporter) {
        this.shell = shell;
        this.reporter = reporter;
        this.sender = Digests.sha256(
                        (here.name() + " " + System.getProperty("user.name")).getBytes(StandardCharsets.UTF_8))
                .substring(0, 8);
    }

    /** How many bytes were sent so far. */
    long sent() {
        return sent;
    }

    /**
     * What the machine is, and what of some files it has.
     *
     * @param facts by name: user, machine, libc, cache, free (kilobytes), tar (if it is there)
     * @param stored the checksums of files that are there
     * @param parts the checksums of files that are there in part, and how many bytes
     */
    record Inventory(Map<String, String> facts, Set<String> stored, Map<String, Long> parts) {

        static Inventory of(List<String> lines) {
            Map<String, String> facts = new HashMap<>();
            Set<String> stored = new HashSet<>();
            Map<String, Long> parts = new HashMap<>();
            for (String line : lines) {
                String[] words = line.split(" ", 2);
                String rest = words.length > 1 ? words[1] : "";
                switch (words[0]) {
                    case "have" -> stored.add(rest);
                    case "part" -> {
                        String[] part = rest.strip().split("\\s+");
                        parts.put(part[1], Long.valueOf(part[0]));
                    }
                    default -> facts.put(words[0], rest);
                }
            }
            return new Inventory(facts, stored, parts);
        }

        boolean has(SentFile file) {
            return stored.contains(file.sha256());
        }

        /** Whether there are files, and all of them are there. */
        boolean hasAll(List<SentFile> files) {
            return !files.isEmpty() && files.stream().allMatch(this::has);
        }

        private long freeKilobytes() {
            String free = facts.getOrDefault("free", "");
            return free.matches("\\d+") ? Long.parseLong(free) : Long.MAX_VALUE;
        }
    }

    /** Looks which of some files are there. */
    Inventory look(List<SentFile> files) throws LostConnectionException {
        String sums = files.stream()
                .map(file -> file.sha256() + "/" + file.size())
                .distinct()
                .collect(Collectors.joining(" "));
        return Inventory.of(
                shell.run("list", Map.of("objects", sums, "sender", sender), InputStream.nullInputStream()));
    }

    /**
     * Sends the files that are not there yet; goes on where a lost connection has ended it.
     *
     * @param what they are, in the words of a message, such as {@code the engine}
     * @throws RefusedException when there is no room for them
     */
    void send(List<SentFile> files, String what) throws LostConnectionException {
        for (int attempt = 1; ; attempt++) {
            try {
                sendOnce(files, what);
                return;
            } catch (LostConnectionException e) {
                if (attempt == ATTEMPTS) {
                    throw e;
                }
                reporter.warn("Sending " + what + " was interrupted: " + e.getMessage() + ". Going on where it ended");
                pause();
            }
        }
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void sendOnce(List<SentFile> files, String what) throws LostConnectionException {
        Inventory inventory = look(files);
        List<SentFile> missing = new ArrayList<>();
        Set<String> seen = new HashSet<>(inventory.stored());
        files.stream().filter(file -> seen.add(file.sha256())).forEach(missing::add);
        requireRoom(inventory, bytes(missing, inventory), what);
        List<SentFile> small = missing.stream()
                .filter(file -> file.size() < LARGE && !inventory.parts().containsKey(file.sha256()))
                .toList();
        if (small.size() > 1 && inventory.facts().containsKey("tar")) {
            sendBundle(small, what);
            missing.removeAll(small);
        }
        if (!missing.isEmpty()) {
            try (Reporter.Meter meter = reporter.meter("sending " + what, bytes(missing, inventory))) {
                for (SentFile file : missing) {
                    send(file, List.of(), inventory, meter);
                }
            }
        }
    }

    private static long bytes(List<SentFile> files, Inventory inventory) {
        return files.stream()
                .mapToLong(file -> file.size() - inventory.parts().getOrDefault(file.sha256(), 0L))
                .sum();
    }

    private void sendBundle(List<SentFile> files, String what) throws LostConnectionException {
        try (SentBundle bundle = new SentBundle(files)) {
            SentFile file = bundle.file();
            Inventory inventory = look(List.of(file));
            if (!inventory.has(file)) {
                try (Reporter.Meter meter = reporter.meter("sending " + what, bytes(List.of(file), inventory))) {
                    if (!send(file, files, inventory, meter)) {
                        return;
                    }
                }
            }
            shell.run(
                    "split",
                    Map.of("object", file.sha256(), "name", file.name(), "objects", bundle.places()),
                    InputStream.nullInputStream());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void requireRoom(Inventory inventory, long bytes, String what) {
        if (bytes / 1024 + ROOM_KILOBYTES > inventory.freeKilobytes()) {
            throw new RefusedException(
                    "There is no room for " + what + " (" + Amount.bytes(bytes) + ") in "
                            + inventory.facts().get("cache") + " on the other machine: "
                            + Amount.bytes(inventory.freeKilobytes() * 1024) + " are free. Nothing was changed.",
                    Hint.of("Free some space there, or name a directory on another file system with"
                            + " mattermost.remote.cacheDirectory."));
        }
    }

    /**
     * Sends a file.
     *
     * @param contents what it brings, if it is a bundle
     * @return whether it is there; if not, another call has made what it brings of it
     */
    private boolean send(SentFile file, List<SentFile> contents, Inventory inventory, Reporter.Meter meter)
            throws LostConnectionException {
        Inventory now = inventory;
        while (!now.has(file)) {
            if (now.hasAll(contents)) {
                return false;
            }
            List<String> said = put(file, now.parts().getOrDefault(file.sha256(), 0L), meter);
            if (said.contains("stored")) {
                return true;
            }
            if (said.stream().noneMatch(line -> line.startsWith("sending "))) {
                throw new LostConnectionException(file.name() + " arrived only in part");
            }
            reporter.info("Another call sends " + file.name() + ". Waiting for it");
            now = awaitOther(file, contents);
        }
        return true;
    }

    /** Waits while a file arrives that another build here, or what is left of a lost connection, sends. */
    private Inventory awaitOther(SentFile file, List<SentFile> contents) throws LostConnectionException {
        List<SentFile> all = new ArrayList<>(contents);
        all.add(file);
        Inventory now = look(all);
        for (int still = 0; still < STILL; ) {
            pause();
            Inventory before = now;
            now = look(all);
            if (now.has(file) || now.hasAll(contents)) {
                return now;
            }
            still = now.parts().equals(before.parts()) ? still + 1 : 0;
        }
        return now;
    }

    private List<String> put(SentFile file, long there, Reporter.Meter meter) throws LostConnectionException {
        // a part that is longer than its file is damaged
        long offset = there <= file.size() ? there : 0;
        try (SeekableByteChannel channel = Files.newByteChannel(file.file())) {
            channel.position(offset);
            InputStream counted = new FilterInputStream(Channels.newInputStream(channel)) {
                @Override
                public int read(byte[] target, int start, int length) throws IOException {
                    int read = super.read(target, start, length);
                    meter.advance(Math.max(0, read));
                    sent += Math.max(0, read);
                    return read;
                }
            };
            return shell.run(
                    "put",
                    Map.of(
                            "object", file.sha256(),
                            "name", file.name(),
                            "size", Long.toString(file.size()),
                            "offset", Long.toString(offset),
                            "sender", sender),
                    counted);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Moves a file that is there out of the cache. */
    void move(SentFile file, Path place) throws LostConnectionException {
        shell.run(
                "place",
                Map.of("object", file.sha256(), "name", file.name(), "file", place.toString()),
                InputStream.nullInputStream());
    }

    /** Makes a directory of files that are there. Returns its name below the cache. */
    String makeDirectory(List<SentFile> files) throws LostConnectionException {
        String places = files.stream().map(SentFile::place).sorted().collect(Collectors.joining(" "));
        String name = Digests.sha256(places.getBytes(StandardCharsets.UTF_8)).substring(0, 16);
        shell.run("directory", Map.of("objects", places, "name", name), InputStream.nullInputStream());
        return "archives/" + name;
    }

    /** Makes an engine of files that are there. */
    void makeEngine(EngineFiles engine) throws LostConnectionException {
        shell.run("engine", Map.of("engine", engine.name(), "objects", engine.places()), InputStream.nullInputStream());
    }

    /** Unpacks a Java that is there as an archive. */
    void makeRuntime(SentFile archive) throws LostConnectionException {
        shell.run(
                "runtime",
                Map.of("runtime", archive.sha256(), "object", archive.sha256(), "name", archive.name()),
                InputStream.nullInputStream());
    }
}
