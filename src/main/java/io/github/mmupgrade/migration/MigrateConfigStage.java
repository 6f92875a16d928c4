package io.github.mmupgrade.migration;

import io.github.mmupgrade.backup.format.Backup;
import io.github.mmupgrade.backup.restore.FileRestore;
import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.context.InstalledServer;
import io.github.mmupgrade.files.RawName;
import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.journal.StageName;
import io.github.mmupgrade.saving.BackupSources;
import io.github.mmupgrade.saving.Backups;
import io.github.mmupgrade.stages.Stage;
import io.github.mmupgrade.stages.StartBarrier;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** Writes the configuration, brings the certificates and keys beside it, and lets the server be started again. */
final class MigrateConfigStage implements Stage {

    private static final String CONFIGURATION = "config.json";

    private final SourceBackup backup;

    MigrateConfigStage(SourceBackup backup) {
        this.backup = backup;
    }

    @Override
    public StageName name() {
        return StageName.MIGRATE_CONFIG;
    }

    @Override
    public List<String> plan(GoalContext context, Run run, int hop) {
        return List.of("write the source's configuration and certificates, with the data source, the listen address and"
                + " the directories of the destination");
    }

    @Override
    public Map<String, String> carryOut(GoalContext context, Run run, int hop) {
        FileRestore restore = backup.files(context, run);
        InstalledServer server = context.server();
        Path config = context.installation().config();
        for (String name : besideTheConfiguration(SourceBackup.of(run), server)) {
            run.step(hop, StageName.MIGRATE_CONFIG, name, Map.of(), () -> {
                restore.inPlace(BackupSources.CONFIG + "/" + name, RawName.resolve(config, name));
                context.reporter().info("Copied " + config.resolve(RawName.text(name)));
            });
        }
        MigratedConfig migrated = MigrationConfig.of(context, run);
        run.step(
                hop,
                StageName.MIGRATE_CONFIG,
                "write",
                Map.of(),
                () -> server.writeConfiguration(migrated.merged().document()));
        migrated.merged().changes().forEach(change -> context.reporter().info(change.toString()));
        migrated.rewritten().forEach(name -> context.reporter()
                .info(name + " pointed into the source's directory; it now points into this one"));
        new StartBarrier(context).open(run, hop, StageName.MIGRATE_CONFIG);
        return Map.of();
    }

    /** The configuration may have another name there. */
    private static boolean isCopyOf(Path configuration, Path entry) {
        try {
            return Files.isRegularFile(entry) && Files.mismatch(configuration, entry) < 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The configuration itself never comes: for a moment the destination's server could run on the source's database. */
    private static List<String> besideTheConfiguration(Backup source, InstalledServer destination) {
        Path directory = source.root().resolve(BackupSources.CONFIG);
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        Set<String> left = Set.copyOf(List.of(
                CONFIGURATION,
                destination
                        .configFile()
                        .map(file -> file.getFileName().toString())
                        .orElse(CONFIGURATION)));
        try (Stream<Path> entries = Files.list(directory)) {
            Path configuration = source.artifact(Backups.CONFIGURATION);
            return entries.filter(entry -> !isCopyOf(configuration, entry))
                    .map(entry -> RawName.of(entry.getFileName()))
                    .filter(name -> !left.contains(name))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("The backup's directory " + directory + " cannot be listed", e);
        }
    }
}
