package io.github.mmupgrade.remote;

import io.github.mmupgrade.archive.ArchiveFetcher;
import io.github.mmupgrade.archive.ArchiveTrust;
import io.github.mmupgrade.context.UpgradeOptions;
import io.github.mmupgrade.download.DownloadSettings;
import io.github.mmupgrade.download.TextFetcher;
import io.github.mmupgrade.planning.ReleaseNeeds;
import io.github.mmupgrade.planning.ReleaseSources;
import io.github.mmupgrade.report.IoReason;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.report.Reporter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Fetches on this machine what the other one would need from a network. */
final class ReleaseFetch {

    /** The nodes of a cluster are prepared at once and want the same files. */
    private static final Object ONE_AT_A_TIME = new Object();

    private final DownloadSettings settings;
    private final Optional<Path> key;
    private final Path directory;
    private final Reporter reporter;

    /**
     * Fetches for a request.
     *
     * @param directory where what was fetched is kept
     */
    ReleaseFetch(UpgradeOptions.Target target, UpgradeOptions.Network network, Path directory, Reporter reporter) {
        this.directory = directory;
        this.settings = ReleaseSources.downloads(target, network, directory.resolve("archives"));
        this.key = Optional.ofNullable(target.signingKey());
        this.reporter = reporter;
    }

    /**
     * An archive, verified.
     *
     * @return the archive, and its signature when only that vouches for it
     * @throws RefusedException when it cannot be fetched
     */
    List<SentFile> archive(ReleaseNeeds.Archive wanted) {
        ArchiveTrust trust = ArchiveTrust.of(Optional.empty(), Optional.ofNullable(wanted.sha256()), key);
        Path file;
        synchronized (ONE_AT_A_TIME) {
            ArchiveFetcher fetcher = new ArchiveFetcher(settings, reporter);
            file = fetcher.fetch(wanted.location(), trust).file();
            fetcher.removeUnused(Instant.now());
        }
        try {
            List<SentFile> files = new ArrayList<>(List.of(SentFile.of(file)));
            Path signature = file.resolveSibling(file.getFileName() + ".sig");
            if (wanted.sha256() == null && Files.exists(signature)) {
                files.add(SentFile.of(signature));
            }
            return files;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Texts, such as the vendor's notes; what cannot be fetched is left out.
     *
     * @param locations their addresses
     */
    List<SentFile> texts(List<String> locations) {
        List<SentFile> files = new ArrayList<>();
        List<String> unread = new ArrayList<>();
        Path texts = directory.resolve("texts");
        for (String location : locations) {
            try {
                byte[] text = new TextFetcher(settings).fetch(location, "mattermost.changelog");
                Files.createDirectories(texts);
                Path file = texts.resolve(location.replaceAll("[^A-Za-z0-9._-]", "_"));
                synchronized (ONE_AT_A_TIME) {
                    Files.write(file, text);
                    files.add(SentFile.of(file));
                }
            } catch (RefusedException e) {
                unread.add(e.getMessage());
            } catch (IOException e) {
                unread.add(location + ": " + IoReason.of(e));
            }
        }
        // the other machine tries them itself, and says so if it cannot read them either
        unread.forEach(why -> reporter.debug("Not fetched here: " + why));
        return files;
    }
}
