package io.github.mmupgrade.upgrade;

import io.github.mmupgrade.backup.FileRestore;
import io.github.mmupgrade.backup.RestoreResult;
import io.github.mmupgrade.backup.Source;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** Takes the trees that a newer server writes into back to what the backup of before it holds. */
final class SavedTrees {

    private final Workplace place;

    SavedTrees(Workplace place) {
        this.place = place;
    }

    /** Puts back files and plugins; what came or changed since is set aside and named, never lost. */
    void putBack(Run run) {
        InstalledServer server = place.server();
        Map<String, Path> trees = new LinkedHashMap<>();
        server.fileStore().ifPresent(store -> trees.put(Source.FILE_STORE, store));
        // the new server updates its prepackaged plugins there
        trees.put(BackupSources.PLUGINS, place.installation().directory().resolve("plugins"));
        trees.put(
                BackupSources.CLIENT_PLUGINS,
                place.installation().directory().resolve("client").resolve("plugins"));
        FileRestore restore =
                new FileRestore(new Backups(place).of(run, 1).verify(place.reporter()), place.host(), place.reporter());
        trees.forEach((part, directory) -> {
            if (restore.parts().contains(part) && Files.isDirectory(directory)) {
                RestoreResult result = restore.inPlace(part, directory);
                place.reporter().info("Took " + directory + " back: " + result);
            }
        });
    }
}
