package io.github.mmupgrade.saving;

import io.github.mmupgrade.backup.format.BackupSource;
import io.github.mmupgrade.backup.restore.FileRestore;
import io.github.mmupgrade.context.FileSaving;
import io.github.mmupgrade.context.InstalledServer;
import io.github.mmupgrade.installation.Installation;
import io.github.mmupgrade.installation.ShippedEntries;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What of an installation goes into a backup. */
public final class BackupSources {

    public static final String CONFIG = "config";
    public static final String PLUGINS = "plugins";
    public static final String CLIENT_PLUGINS = "client-plugins";
    public static final String CUSTOM = "custom";
    public static final String ENVIRONMENT = "environment";

    /** The parts of a backup that a server writes into. */
    static final List<String> WRITTEN = List.of(BackupSource.FILE_STORE, PLUGINS, CLIENT_PLUGINS);

    private BackupSources() {}

    /**
     * The file store where it is local and wanted, the whole configuration directory, plugins, what no release shipped, and the
     * files that the service is set up by.
     */
    public static List<BackupSource> of(InstalledServer server, ShippedEntries shipped, FileSaving files) {
        Installation installation = server.installation();
        List<BackupSource> sources = new ArrayList<>();
        server.fileStore()
                .filter(store -> files.copies())
                .ifPresent(store -> sources.add(BackupSource.directory(BackupSource.FILE_STORE, store)));
        sources.add(BackupSource.directory(CONFIG, installation.config()));
        sources.add(BackupSource.directory(PLUGINS, installation.directory().resolve("plugins")));
        sources.add(BackupSource.directory(
                CLIENT_PLUGINS, installation.directory().resolve("client").resolve("plugins")));
        for (Path entry : customEntries(installation, shipped)) {
            for (Path part : without(server.fileStore().orElse(null), entry)) {
                sources.add(BackupSource.entry(
                        CUSTOM + "/" + installation.directory().relativize(part), part));
            }
        }
        server.control().unit().files().stream()
                .filter(Files::isRegularFile)
                .distinct()
                .forEach(file -> sources.add(BackupSource.underItsPath(ENVIRONMENT, file)));
        return sources;
    }

    /** An entry, or, if the file store is further down in it, what is beside the way to the store. */
    private static List<Path> without(Path store, Path entry) {
        if (store == null || !store.startsWith(entry)) {
            return store != null && entry.startsWith(store) ? List.of() : List.of(entry);
        }
        return store.equals(entry)
                ? List.of()
                : readable(entry).stream()
                        .flatMap(child -> without(store, child).stream())
                        .toList();
    }

    /** What is in a directory; nothing where root may not look, such as on a file system of another machine. */
    private static List<Path> readable(Path directory) {
        try {
            return entries(directory);
        } catch (UncheckedIOException e) {
            return List.of();
        }
    }

    private static List<Path> customEntries(Installation installation, ShippedEntries shipped) {
        List<Path> found = new ArrayList<>();
        for (Path entry : entries(installation.directory())) {
            String name = entry.getFileName().toString();
            boolean ownData = name.equals("config")
                    || name.equals("data")
                    || name.equals("logs")
                    || name.equals("plugins")
                    || name.startsWith(".next-")
                    || name.startsWith(".previous-");
            if (!ownData && !shipped.top(name) && !isOurs(name)) {
                found.add(entry);
            }
        }
        for (Path entry : entries(installation.directory().resolve("client"))) {
            String name = entry.getFileName().toString();
            if (!name.equals("plugins") && !shipped.client(name, Files.isDirectory(entry)) && !isOurs(name)) {
                found.add(entry);
            }
        }
        return found;
    }

    /** A former file store that was set aside is as large as the store: it would be in every backup from then on. */
    private static boolean isOurs(String name) {
        return FileRestore.isAhead(name) || FileRestore.isSetAside(name);
    }

    private static List<Path> entries(Path directory) {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (var entries = Files.list(directory)) {
            return entries.sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException("The directory " + directory + " cannot be listed", e);
        }
    }

    /** Where the parts of a backup belong that a server writes into. */
    public static Map<String, Path> writtenTrees(InstalledServer server) {
        Path directory = server.installation().directory();
        Map<String, Path> trees = new LinkedHashMap<>();
        server.fileStore().ifPresent(store -> trees.put(BackupSource.FILE_STORE, store));
        trees.put(PLUGINS, directory.resolve("plugins"));
        trees.put(CLIENT_PLUGINS, directory.resolve("client").resolve("plugins"));
        return trees;
    }
}
