package io.github.mmupgrade.upgrade;

import io.github.mmupgrade.backup.Artefact;
import io.github.mmupgrade.backup.Backup;
import io.github.mmupgrade.backup.BackupDirectory;
import io.github.mmupgrade.backup.BackupDraft;
import io.github.mmupgrade.backup.BackupSubject;
import io.github.mmupgrade.backup.BackupSummary;
import io.github.mmupgrade.backup.FileStoreLocation;
import io.github.mmupgrade.config.ConfigDocument;
import io.github.mmupgrade.config.EffectiveConfiguration;
import io.github.mmupgrade.database.Database;
import io.github.mmupgrade.files.AtomicFile;
import io.github.mmupgrade.installation.ShippedEntries;
import io.github.mmupgrade.release.Version;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.IoReason;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.report.StageFailedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The backups of an installation, as the stages use them. */
final class Backups {

    /** The configuration to the byte, wherever it lives: a file or a database. */
    static final Artefact CONFIGURATION = Artefact.stored("configuration", "json", "configuration.json");

    /** What the names of dumps start with that hold what was in the place of a restored database. */
    static final String SAVED = "discarded-";

    private static final Pattern AGAIN = Pattern.compile("(.*-again)\\.(\\d+)");

    private final Workplace place;
    private final BackupDirectory directory;

    Backups(Workplace place) {
        this.place = place;
        this.directory = BackupDirectory.at(
                place.host(),
                place.reporter(),
                place.options().places().backups(),
                place.installation().stateName());
    }

    BackupDirectory directory() {
        return directory;
    }

    /** Makes the directory of the backups; refuses one inside what is backed up. */
    void prepare(InstalledServer server) {
        List<Path> sources = new ArrayList<>(List.of(place.installation().directory()));
        server.fileStore().ifPresent(sources::add);
        directory.prepare(sources);
    }

    /** The name of a backup on its own; two of one second differ. */
    String freeName(Version release) {
        Instant moment = place.clock().instant();
        while (Files.exists(directory.root().resolve(BackupDirectory.runId(moment, release.toString())))) {
            moment = moment.plusSeconds(1);
        }
        return BackupDirectory.runId(moment, release.toString());
    }

    /** Whether the backup of a hop, as far as it has come, was made after the server was last stopped. */
    static boolean isOfThisStop(Run run, int hop) {
        boolean saved = run.events().stream()
                .anyMatch(event -> event.hop() == hop && event.data().containsKey(Facts.COUNTS));
        return !saved
                || run.isLaterThanEndOf(
                        hop, StopStage.NAME, event -> event.data().containsKey(Facts.COUNTS));
    }

    /** Whether the backup of a hop has its manifest, so that nothing is left to be done but to go on. */
    boolean isSealed(Run run, int hop) {
        String name = run.fact(hop, Facts.BACKUP).orElse("");
        return directory.list().stream()
                .filter(each -> each.run().equals(name))
                .anyMatch(each -> each.complete() || each.condition() == BackupSummary.Condition.NOT_YET_DURABLE);
    }

    /** Leaves the backup of a hop as it is, and gives the next one another name. */
    void beginAnew(Run run, int hop) {
        String name = run.requireFact(hop, Facts.BACKUP);
        Matcher again = AGAIN.matcher(name);
        String next =
                again.matches() ? again.group(1) + "." + (Integer.parseInt(again.group(2)) + 1) : name + "-again.2";
        run.note(hop, BackupStage.NAME, Map.of(Facts.BACKUP, next));
    }

    /** The backup of a hop, begun when it isn't yet. */
    BackupDraft draft(Run run, int hop, InstalledServer server) {
        Optional<String> begun = run.fact(hop, Facts.BACKUP);
        if (begun.filter(directory::isBegun).isPresent()) {
            return directory.onBehalfOf(server.user()).resume(begun.get());
        }
        String from = hop == 1 ? run.requireFact(0, Facts.FROM) : run.requireFact(hop - 1, Facts.TO);
        // a backup on its own may have been begun in the same second
        String usual = run.id() + "-" + from;
        String name = begun.orElse(Files.exists(directory.root().resolve(usual)) ? usual + "-upgrade" : usual);
        BackupPlace where = new BackupPlace(place);
        where.require();
        if (begun.isEmpty()) {
            run.note(hop, BackupStage.NAME, where.facts(name));
        }
        prepare(server);
        try (Database database = server.openDatabase()) {
            return directory
                    .onBehalfOf(server.user())
                    .create(name, subject(server, from, run.requireFact(0, Facts.EDITION), database), false);
        }
    }

    /** What a backup says that it is of. */
    BackupSubject subject(InstalledServer server, String release, String edition, Database database) {
        return new BackupSubject(
                place.installation().name(),
                place.installation().directory().toString(),
                place.host().name(),
                PluginVersion.text(),
                release,
                edition,
                database.schemaVersion().map(Version::toString).orElse(null),
                database.dataSource().toString(),
                location(server));
    }

    private FileStoreLocation location(InstalledServer server) {
        return server.fileStore().map(store -> directory(store.toString())).orElseGet(() -> bucket(server.effective()));
    }

    private FileStoreLocation directory(String store) {
        return switch (place.options().backup().files().way()) {
            case COPY -> FileStoreLocation.local(store);
            case COMMAND -> FileStoreLocation.savedElsewhere(store);
            case NONE -> FileStoreLocation.notSaved(store);
        };
    }

    private static FileStoreLocation bucket(EffectiveConfiguration effective) {
        return FileStoreLocation.s3(
                effective.text("FileSettings.AmazonS3Endpoint").orElse("s3.amazonaws.com"),
                effective.text("FileSettings.AmazonS3Bucket").orElse(""),
                effective.text("FileSettings.AmazonS3PathPrefix").orElse(""));
    }

    /** Which of the installation's entries the installed release brought. */
    ShippedEntries shipped(Run run, int hop) {
        String from = hop == 1 ? run.requireFact(0, Facts.FROM) : run.requireFact(hop - 1, Facts.TO);
        return InstallStage.shipped(place, from, hop == 1 ? run.editionBefore() : run.editionAtEnd());
    }

    /** Saves the configuration to the byte. */
    void saveConfiguration(BackupDraft draft, ConfigDocument document) {
        Path target = draft.databaseDirectory().resolve(CONFIGURATION.where());
        try {
            AtomicFile.write(target, AtomicFile.PRIVATE, document.bytes());
        } catch (IOException e) {
            throw new StageFailedException(
                    "The configuration can't be saved to " + target + ": " + IoReason.of(e),
                    Hint.of("make room on the file system of the backups"),
                    e);
        }
        draft.recordArtefact(CONFIGURATION);
    }

    /**
     * The backup of a hop.
     *
     * @throws RefusedException when it is not there, or was changed
     */
    Backup of(Run run, int hop) {
        return directory.open(run.fact(hop, Facts.BACKUP)
                .orElseThrow(() -> new RefusedException(
                        "Run " + run + " has no backup of hop " + hop + ". Nothing was changed.",
                        Hint.run("make one:", BackupStage.NAME))));
    }

    /**
     * The backup that a person means.
     *
     * @param name its name, or its directory when it is another installation's; null for the newest complete one
     * @throws RefusedException when it is not there, or was changed
     */
    Backup chosen(String name) {
        if (name != null) {
            return name.contains("/") ? Backup.open(Path.of(name)) : directory.open(name);
        }
        // the newest one is meant even if it is damaged: to take an older one silently would be a surprise
        return directory.list().stream()
                .filter(each -> each.complete() || each.condition() == BackupSummary.Condition.DAMAGED)
                .reduce((older, newer) -> newer)
                .map(newest -> directory.open(newest.run()))
                .orElseThrow(() -> new RefusedException(
                        "There is no complete backup in " + directory.root() + ". Nothing was changed.",
                        Hint.run("make one:", BackupStage.NAME)));
    }

    /** The configuration that the backup of a hop has, to the byte. */
    ConfigDocument savedConfiguration(Run run, int hop) {
        Path file = of(run, hop).artefact(CONFIGURATION);
        return ConfigDocument.read(file);
    }
}
