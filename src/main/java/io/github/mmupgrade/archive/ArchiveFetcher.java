package io.github.mmupgrade.archive;

import io.github.mmupgrade.download.DownloadSettings;
import io.github.mmupgrade.download.HttpFetcher;
import io.github.mmupgrade.download.Location;
import io.github.mmupgrade.download.PartialFile;
import io.github.mmupgrade.download.ResumableTransfer;
import io.github.mmupgrade.download.RetryDelay;
import io.github.mmupgrade.files.Digests;
import io.github.mmupgrade.files.ExclusiveLock;
import io.github.mmupgrade.files.Unused;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.report.Reporter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Gets archives here, verified: from the cache that runs share, from this machine, or from a server.
 *
 * <p>A file in the cache has its name only once it was verified, and is verified again each time it is used. Two runs
 * that want one archive download it once: the second waits for the first.
 */
public final class ArchiveFetcher {

    private static final Duration LONGEST_WAIT = Duration.ofHours(6);
    private static final String SIGNATURE = ".sig";
    private static final String LOCK = ".lock";

    /** What {@link #inCache} names, and nothing of anybody else. */
    private static final Pattern CACHED = Pattern.compile("[0-9a-f]{16}-.+");

    private final DownloadSettings settings;
    private final Reporter reporter;
    private final RetryDelay pause;
    private HttpFetcher client;

    /** Downloads as the settings say. */
    public ArchiveFetcher(DownloadSettings settings, Reporter reporter) {
        this(settings, reporter, duration -> Thread.sleep(duration.toMillis()));
    }

    public ArchiveFetcher(DownloadSettings settings, Reporter reporter, RetryDelay pause) {
        this.settings = Objects.requireNonNull(settings);
        this.reporter = Objects.requireNonNull(reporter);
        this.pause = Objects.requireNonNull(pause);
    }

    /**
     * Gets an archive.
     *
     * @param location its address (http, https, file) or path; a file of this machine is used where it is
     * @param trust what it is held against
     * @throws RefusedException when it can't be fetched or isn't the one; no bad file is left in the cache
     */
    public VerifiedArchive fetch(String location, ArchiveTrust trust) {
        Location url = Location.parse(location);
        try {
            return url.file().isPresent() ? local(url, url.file().get(), trust) : remote(url, trust);
        } catch (IOException e) {
            throw new RefusedException(
                    url + " could not be stored in " + settings.cache() + ": " + e + ".",
                    Hint.of(
                            "Check that the cache has free space and can be written to, or set mattermost.cacheDirectory"
                                    + " to another directory."),
                    e);
        }
    }

    /**
     * Finds out what {@link #fetch} would refuse, as far as that is known without reading or downloading an archive.
     *
     * @param location its address (http, https, file) or path
     * @param trust what it is held against
     * @throws RefusedException when it is not there, when its signature or the key to check it with is missing, or when
     *     it would have to be downloaded and Maven is offline
     */
    public void requireObtainable(String location, ArchiveTrust trust) {
        Location url = Location.parse(location);
        if (trust.sha256().isEmpty()) {
            // reads the key
            new SignatureCheck(trust.signingKey().orElseThrow());
        }
        if (url.file().isPresent()) {
            requireReadable(url.file().get());
            if (trust.sha256().isEmpty()) {
                localSignature(url, url.file().get());
            }
        } else if (settings.offline() && !Files.exists(inCache(url, trust))) {
            throw offline(url);
        }
    }

    private static void requireReadable(Path file) {
        if (!Files.isReadable(file) || !Files.isRegularFile(file)) {
            throw new RefusedException(
                    "The archive " + file + " does not exist or cannot be read.",
                    Hint.of("Set mattermost.archive to the path or address of a release archive."));
        }
    }

    private VerifiedArchive local(Location url, Path file, ArchiveTrust trust) throws IOException {
        requireReadable(file);
        try {
            return verify(file, trust, () -> localSignature(url, file));
        } catch (ArchiveMismatch e) {
            throw new RefusedException(
                    file + " is refused: " + e.getMessage() + ". It was left where it is.", mismatchHint(), e);
        }
    }

    private static Path localSignature(Location url, Path file) {
        Path signature = url.beside(SIGNATURE).file().orElseThrow();
        if (!Files.isReadable(signature)) {
            throw new RefusedException(
                    "No checksum of " + file + " is known, and its signature is not next to it (" + signature + ").",
                    Hint.of("Put the vendor's signature there, or set mattermost.sha256 to the checksum."));
        }
        return signature;
    }

    private VerifiedArchive remote(Location url, ArchiveTrust trust) throws IOException {
        Files.createDirectories(settings.cache());
        Path file = inCache(url, trust);
        try (ExclusiveLock lock = lock(file.resolveSibling(file.getFileName() + LOCK), url)) {
            reporter.debug("Have " + lock.holder() + " for " + file);
            Optional<VerifiedArchive> cached = fromCache(url, file, trust);
            return cached.isPresent() ? cached.get() : fromServer(url, file, trust);
        }
    }

    /**
     * Removes from the cache the archives that nobody has used for 30 days, with what belongs to them, and downloads that
     * were given up. What another run works on is left, and what cannot be removed.
     *
     * @param now the time
     */
    public void removeUnused(Instant now) {
        Map<Path, List<Path>> parts = new TreeMap<>();
        try (Stream<Path> entries = Files.list(settings.cache())) {
            entries.filter(entry ->
                            CACHED.matcher(entry.getFileName().toString()).matches())
                    .forEach(entry -> parts.computeIfAbsent(archiveOf(entry), file -> new ArrayList<>())
                            .add(entry));
            for (Map.Entry<Path, List<Path>> archive : parts.entrySet()) {
                removeUnused(archive.getKey(), archive.getValue(), now);
            }
        } catch (NoSuchFileException none) {
            // nothing was ever downloaded
        } catch (IOException e) {
            reporter.debug("What is old in the cache " + settings.cache() + " was not removed: " + e);
        }
    }

    private static Path archiveOf(Path entry) {
        return entry.resolveSibling(
                entry.getFileName().toString().replaceFirst("(\\" + SIGNATURE + ")?(\\.part.*|\\" + LOCK + ")?$", ""));
    }

    private void removeUnused(Path archive, List<Path> parts, Instant now) throws IOException {
        for (Path part : parts) {
            if (!Unused.is(part, now)) {
                return;
            }
        }
        Path lockFile = archive.resolveSibling(archive.getFileName() + LOCK);
        Optional<ExclusiveLock> lock = ExclusiveLock.tryAcquire(lockFile, "removal of " + archive.getFileName());
        if (lock.isPresent()) {
            try (ExclusiveLock held = lock.get()) {
                reporter.debug("Have " + held.holder() + " for " + archive);
                for (Path part : parts) {
                    Files.deleteIfExists(part);
                }
                Files.deleteIfExists(lockFile);
            }
            reporter.info("Removed " + archive + ", which was not used for 30 days");
        }
    }

    /**
     * Where an archive is kept once it was downloaded.
     *
     * @param location its address (http, https)
     * @param trust what it is held against
     */
    public Path inCache(String location, ArchiveTrust trust) {
        return inCache(Location.parse(location), trust);
    }

    private Path inCache(Location url, ArchiveTrust trust) {
        return settings.cache().resolve(key(url, trust) + "-" + url.fileName());
    }

    /** One archive has one name in the cache, wherever it comes from, if its sum is known; else one for each address. */
    private static String key(Location url, ArchiveTrust trust) {
        String whole = trust.sha256()
                .orElseGet(() -> Digests.sha256(url.uri().toString().getBytes(StandardCharsets.UTF_8)));
        return whole.substring(0, 16);
    }

    private ExclusiveLock lock(Path file, Location url) throws IOException {
        String purpose = "download of " + url;
        Optional<ExclusiveLock> free = ExclusiveLock.tryAcquire(file, purpose);
        if (free.isPresent()) {
            return free.get();
        }
        reporter.info("Waiting for "
                + ExclusiveLock.holder(file).map(Object::toString).orElse("another run") + ", which holds "
                + file.getFileName());
        return ExclusiveLock.acquire(file, purpose, LONGEST_WAIT);
    }

    private Optional<VerifiedArchive> fromCache(Location url, Path file, ArchiveTrust trust) throws IOException {
        if (Files.exists(file)) {
            try {
                VerifiedArchive verified = verify(file, trust, () -> remoteSignature(url, file));
                Unused.use(file);
                return Optional.of(verified);
            } catch (ArchiveMismatch e) {
                Files.delete(file);
                Files.deleteIfExists(signature(file));
                reporter.warn(
                        "The file " + file + " in the cache was damaged and has been deleted: " + e.getMessage() + ".");
            }
        }
        if (settings.offline()) {
            throw offline(url);
        }
        return Optional.empty();
    }

    private RefusedException offline(Location url) {
        return new RefusedException(
                "Maven is offline, and " + url + " is not in the cache " + settings.cache() + ".",
                Hint.run(
                        "Run the download once without -o, or set mattermost.archive to the path of a file.",
                        Goal.DOWNLOAD));
    }

    private VerifiedArchive fromServer(Location url, Path file, ArchiveTrust trust) throws IOException {
        PartialFile part = new PartialFile(file.resolveSibling(file.getFileName() + ".part"));
        boolean again = true;
        while (true) {
            long before = part.size();
            boolean pieced = transfer(url, part, settings.maxBytes()) || before > 0;
            try {
                VerifiedArchive verified = verify(part.file(), trust, () -> remoteSignature(url, file));
                part.become(file);
                return new VerifiedArchive(file, verified.sha256(), verified.verifiedBy());
            } catch (ArchiveMismatch e) {
                long size = part.size();
                part.discard();
                Files.deleteIfExists(signature(file));
                if (!pieced || !again || !e.otherContent()) {
                    throw new RefusedException(
                            url + " (" + size + " bytes) is refused: " + e.getMessage() + ". The download was deleted.",
                            mismatchHint(),
                            e);
                }
                // its pieces may be of two files, on a server that doesn't tell them apart
                again = false;
                reporter.info("The resumed download of " + url + " is damaged; downloading all of it again");
            }
        }
    }

    private boolean transfer(Location url, PartialFile part, long maxBytes) throws IOException {
        if (client == null) {
            client = new HttpFetcher(settings);
        }
        return new ResumableTransfer(client, settings, reporter, pause, url, part, maxBytes).run();
    }

    private Path remoteSignature(Location url, Path file) throws IOException {
        Path signature = signature(file);
        if (!Files.exists(signature)) {
            if (settings.offline()) {
                throw new RefusedException(
                        "Maven is offline, and the signature of " + url + " is not in the cache.",
                        Hint.of("Run the download once without -o, or set mattermost.sha256 to the checksum."));
            }
            PartialFile part = new PartialFile(signature.resolveSibling(signature.getFileName() + ".part"));
            part.discard();
            transfer(url.beside(SIGNATURE), part, SignatureCheck.LARGEST_SIGNATURE);
            part.become(signature);
        }
        return signature;
    }

    private static Path signature(Path file) {
        return file.resolveSibling(file.getFileName() + SIGNATURE);
    }

    @FunctionalInterface
    private interface SignatureSource {
        Path get() throws IOException;
    }

    private VerifiedArchive verify(Path file, ArchiveTrust trust, SignatureSource signature) throws IOException {
        String sum;
        try (Reporter.Meter meter = reporter.meter("checking " + file.getFileName(), Files.size(file))) {
            sum = Digests.sha256(file, meter::advance);
        }
        if (trust.sha256().isPresent()) {
            if (!sum.equals(trust.sha256().get())) {
                throw new ArchiveMismatch(
                        "its SHA-256 sum is " + sum + ", but " + trust.sha256From() + " says "
                                + trust.sha256().get(),
                        true);
            }
            return new VerifiedArchive(file, sum, "the SHA-256 sum of " + trust.sha256From());
        }
        SignatureCheck check = new SignatureCheck(trust.signingKey().orElseThrow());
        return new VerifiedArchive(file, sum, "the signature of " + check.verify(file, signature.get()));
    }

    private static Hint mismatchHint() {
        return Hint.of(
                "Either the archive was changed on its way, or the checksum or key is for another release or edition."
                        + " Compare it with what the vendor publishes before you set another one.");
    }
}
