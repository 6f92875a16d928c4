package io.github.mmupgrade.upgrade;

import io.github.mmupgrade.backup.format.Source;
import io.github.mmupgrade.backup.restore.FileRestore;
import io.github.mmupgrade.backup.restore.RestoreResult;
import io.github.mmupgrade.files.RawName;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Puts the source's file store and plugins in place of the destination's, with the destination's owner. What the
 * destination had is moved aside, never lost.
 */
final class MigrateFilesStage implements Stage {

    static final String NAME = "migrate-files";

    /** The parts of a backup that a server writes into. */
    static final List<String> WRITTEN = List.of(Source.FILE_STORE, BackupSources.PLUGINS, BackupSources.CLIENT_PLUGINS);

    private final SourceBackup backup;

    MigrateFilesStage(SourceBackup backup) {
        this.backup = backup;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public boolean afterTheStop() {
        return true;
    }

    @Override
    public List<String> plan(Workplace place, Run run, int hop) {
        return List.of(
                "bring the source's files and plugins to " + place.installation() + "; what is there is moved aside");
    }

    @Override
    public Map<String, String> carryOut(Workplace place, Run run, int hop) {
        FileRestore restore = restore(place, run, backup);
        trees(place.server()).forEach((part, target) -> {
            if (restore.parts().contains(part)) {
                run.step(hop, NAME, part, Map.of(), () -> {
                    RestoreResult result = restore.inPlace(part, target);
                    place.reporter().info("Brought the source's " + part + " to " + target + ": " + result);
                });
            }
        });
        List<String> own = restore.parts().stream()
                .filter(part -> part.startsWith(BackupSources.CUSTOM + "/"))
                .map(part -> RawName.text(part.substring(BackupSources.CUSTOM.length() + 1)))
                .toList();
        if (!own.isEmpty()) {
            place.reporter()
                    .warn("The source's own entries do not come along: " + String.join(", ", own)
                            + "; they are in its backup, bring those that you need");
        }
        return Map.of();
    }

    /** Brings the source's files with the destination's owner. */
    static FileRestore restore(Workplace place, Run run, SourceBackup backup) {
        return new FileRestore(backup.verified(place, run), place.host(), place.reporter())
                .onBehalfOf(new MigrationRun(run).owner())
                .ownedBy(new MigrationRun(run).owner());
    }

    /** Where the parts of a backup belong that a server writes into. */
    static Map<String, Path> trees(InstalledServer server) {
        Path directory = server.installation().directory();
        Map<String, Path> trees = new LinkedHashMap<>();
        server.fileStore().ifPresent(store -> trees.put(Source.FILE_STORE, store));
        trees.put(BackupSources.PLUGINS, directory.resolve("plugins"));
        trees.put(BackupSources.CLIENT_PLUGINS, directory.resolve("client").resolve("plugins"));
        return trees;
    }

    /** Removes what a killed call has left half-written, and what was copied ahead and came into no place. */
    static void discardUnfinished(Workplace place, Run run) {
        discardUnfinished(place, run.requireFact(1, MigrationRun.SOURCE_BACKUP_NAME));
    }

    /** The same for a backup of the source that has another name. */
    static void discardUnfinished(Workplace place, String source) {
        trees(place.server())
                .values()
                .forEach(target -> FileRestore.discardUnfinished(
                        place.host(), target, source, place.installation().owner()));
    }
}
