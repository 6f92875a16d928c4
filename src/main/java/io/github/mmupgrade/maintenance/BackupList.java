package io.github.mmupgrade.maintenance;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.mmupgrade.backup.BackupSummary;
import io.github.mmupgrade.backup.format.Artifact;
import io.github.mmupgrade.backup.format.Backup;
import io.github.mmupgrade.backup.format.Manifest;
import io.github.mmupgrade.context.BackupJournal;
import io.github.mmupgrade.context.Elsewhere;
import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.elsewhere.Place;
import io.github.mmupgrade.elsewhere.PlaceCopy;
import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.report.Amount;
import io.github.mmupgrade.report.Event;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Json;
import io.github.mmupgrade.report.ProblemException;
import io.github.mmupgrade.saving.BackupDump;
import io.github.mmupgrade.saving.BackupNotes;
import io.github.mmupgrade.saving.Backups;
import io.github.mmupgrade.saving.CustomDatabaseBackup;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/** The backups of an installation, for people. Reads only. */
public final class BackupList {

    private static final String PLACES = "places";
    private static final String ELSEWHERE = "elsewhere";
    private static final String PROBLEM = "elsewhereProblem";

    private final GoalContext context;

    public BackupList(GoalContext context) {
        this.context = context;
    }

    /** All backups, the newest last, and those that are elsewhere. */
    public Event.Result result() {
        ObjectNode data = Json.MAPPER.createObjectNode();
        data.put("directory", new Backups(context).directory().root().toString());
        List<PlaceCopy> copies = copies(data);
        Elsewhere place = context.options().places().elsewhere();
        List<String> own = copies.stream()
                .filter(copy -> copy.host().equals(context.host().name()))
                .map(PlaceCopy::backup)
                .toList();
        Predicate<BackupSummary> there =
                data.has(PROBLEM) || place == null ? this::isNotedElsewhere : backup -> own.contains(backup.run());
        ArrayNode entries = entries(there);
        List<String> lines = lines(there);
        for (PlaceCopy copy : onlyElsewhere(copies)) {
            boolean foreign = !copy.host().equals(context.host().name());
            ObjectNode entry = entries.addObject().put("backup", copy.backup());
            entry.putArray(PLACES).add(ELSEWHERE);
            if (foreign) {
                entry.put("host", copy.host());
            }
            lines.add("  " + copy.backup() + "  only in " + place + (foreign ? ", from " + copy.host() : ""));
        }
        data.set("backups", entries);
        return new Event.Result(Goal.LIST_BACKUPS, data, lines);
    }

    /** What a place says that it has. One that does not answer is no reason to list nothing. */
    private List<PlaceCopy> copies(ObjectNode data) {
        Elsewhere given = context.options().places().elsewhere();
        if (given == null) {
            return List.of();
        }
        data.put(ELSEWHERE, given.toString());
        try (Place place = Place.of(context, given)) {
            place.require();
            return place.copies();
        } catch (ProblemException e) {
            data.put(PROBLEM, e.getMessage());
            context.reporter()
                    .report(new Event.Message(
                            Event.Level.WARNING,
                            "It is not known which backups are in " + given + ". " + e.getMessage(),
                            e.hint()));
            return List.of();
        }
    }

    private List<PlaceCopy> onlyElsewhere(List<PlaceCopy> copies) {
        List<String> here = new Backups(context)
                .directory().list().stream().map(BackupSummary::run).toList();
        return copies.stream()
                .filter(copy -> !here.contains(copy.backup())
                        || !copy.host().equals(context.host().name()))
                .sorted(Comparator.comparing(PlaceCopy::backup))
                .distinct()
                .toList();
    }

    /** Whether a backup was handed over, as far as the installation's state tells. */
    private boolean isNotedElsewhere(BackupSummary backup) {
        Elsewhere place = context.options().places().elsewhere();
        return place != null && new BackupNotes(context).isHandedOver(backup.root(), place);
    }

    /** All backups that are here, the newest last, for programs. Asks no other place. */
    public ArrayNode entries() {
        return entries(this::isNotedElsewhere);
    }

    private ArrayNode entries(Predicate<BackupSummary> elsewhere) {
        Backups backups = new Backups(context);
        Set<String> needed = BackupJournal.neededBackups(context);
        Set<String> backInUse = backups.backInUse();
        ArrayNode entries = Json.MAPPER.createArrayNode();
        for (BackupSummary backup : backups.directory().list()) {
            ObjectNode entry = entries.addObject();
            entry.put("backup", backup.run()).put("directory", backup.root().toString());
            entry.put(
                    "condition",
                    backup.condition().name().toLowerCase(Locale.ROOT).replace('_', '-'));
            entry.put("state", words(backup, backInUse)).put("needed", needed.contains(backup.run()));
            if (context.options().places().elsewhere() != null) {
                ArrayNode places = entry.putArray(PLACES).add("here");
                if (elsewhere.test(backup)) {
                    places.add(ELSEWHERE);
                }
            }
            begun(backup).ifPresent(begun -> entry.put("begun", begun.toString()));
            verified(backup).ifPresent(when -> entry.put("verified", when.toString()));
            Manifest manifest = backup.manifest();
            if (manifest != null) {
                manifest.release().ifPresent(release -> entry.put("release", release));
                manifest.edition().ifPresent(edition -> entry.put("edition", edition));
                entry.put("files", manifest.files()).put("bytes", manifest.size());
                entry.put("database", database(manifest));
                entry.set("warnings", Json.MAPPER.valueToTree(manifest.warnings()));
            }
        }
        return entries;
    }

    /** A backup in a few words: how it is, its size and age, and when it was verified. */
    public String shortly(BackupSummary backup, Set<String> backInUse) {
        List<String> words = new ArrayList<>(List.of(words(backup, backInUse)));
        if (backup.manifest() != null) {
            words.add(Amount.bytes(backup.manifest().size()));
        }
        begun(backup).ifPresent(begun -> words.add(ago(begun)));
        if (backup.complete()) {
            words.add(verified(backup).map(when -> "verified " + ago(when)).orElse("never verified"));
        }
        return String.join(", ", words);
    }

    /** When it was begun: its name starts with that of a run. */
    public static Optional<Instant> begun(BackupSummary backup) {
        return Run.begun(backup.run().split("-", 2)[0]);
    }

    /** When it was last verified. */
    public Optional<Instant> verified(BackupSummary backup) {
        return new BackupNotes(context).whenVerified(backup.run());
    }

    /** How long ago something was, such as {@code 3 h ago}. */
    private String ago(Instant when) {
        Duration age = Duration.between(when, context.clock().instant());
        return age.toHours() < 48 ? Amount.duration(age) + " ago" : age.toDays() + " days ago";
    }

    private List<String> lines(Predicate<BackupSummary> elsewhere) {
        Backups backups = new Backups(context);
        List<BackupSummary> all = backups.directory().list();
        if (all.isEmpty()) {
            return new ArrayList<>(List.of("No backup in " + backups.directory().root()));
        }
        Elsewhere place = context.options().places().elsewhere();
        Set<String> needed = BackupJournal.neededBackups(context);
        Set<String> backInUse = backups.backInUse();
        List<String> lines = new ArrayList<>();
        lines.add("Backups in " + backups.directory().root() + ", the newest last");
        for (BackupSummary backup : all) {
            String where = place == null ? "" : elsewhere.test(backup) ? ", also in " + place : ", only here";
            lines.add("  " + backup.run() + "  " + shortly(backup, backInUse) + where
                    + (needed.contains(backup.run()) ? "; a run may need it" : ""));
            if (backup.manifest() != null) {
                lines.add("    " + content(backup.manifest()));
                backup.manifest().warnings().forEach(warning -> lines.add("    " + warning));
            }
        }
        return lines;
    }

    private static String content(Manifest manifest) {
        return "Mattermost " + manifest.release().orElse("?")
                + manifest.edition().map(edition -> " (" + edition + ")").orElse("") + ", "
                + Amount.of(manifest.files(), "file")
                + manifest.fileStore()
                        .filter(store -> !store.copied())
                        .map(store -> ", file store: " + store.saved())
                        .orElse("")
                + ", database: " + database(manifest)
                + onTheWay(manifest)
                + (manifest.serverRunning() ? ", made of a running server" : "");
    }

    private static String onTheWay(Manifest manifest) {
        List<String> releases = manifest.artifacts().stream()
                .map(Backups::releaseOnTheWay)
                .flatMap(Optional::stream)
                .toList();
        return releases.isEmpty() ? "" : ", with the configuration that " + String.join(" and ", releases) + " left";
    }

    private static String database(Manifest manifest) {
        List<String> found = new ArrayList<>();
        for (Artifact artifact : manifest.artifacts()) {
            switch (artifact.kind()) {
                case BackupDump.CONSISTENT -> found.add("a dump");
                case BackupDump.AHEAD -> found.add("a dump from before the stop");
                case "frozen" -> found.add("the frozen copy " + artifact.where());
                case BackupDump.BASE_BACKUP -> found.add("the base backup " + artifact.where());
                case CustomDatabaseBackup.KIND -> found.add("saved by your own command");
                default -> {
                    // the configuration is in every backup
                }
            }
        }
        return found.isEmpty() ? "none" : String.join(", ", found);
    }

    /**
     * How a backup is, in words.
     *
     * @param backInUse the backups whose frozen copy is the database again
     */
    public static String words(BackupSummary backup, Set<String> backInUse) {
        return switch (backup.condition()) {
            case COMPLETE -> "complete";
            case NOT_YET_DURABLE ->
                backInUse.contains(backup.run())
                        ? "not complete: its run was rolled back, and the frozen copy is the current database again"
                        : isBaseBackup(backup.manifest())
                                ? baseBackup(backup)
                                : "so far the database exists only as a frozen copy";
            case IN_PROGRESS -> "being made";
            case UNFINISHED -> "unfinished: nothing can be restored from it";
            case DAMAGED -> "damaged: its manifest was changed";
        };
    }

    private static boolean isBaseBackup(Manifest manifest) {
        return manifest.artifacts().stream()
                .anyMatch(artifact -> artifact.kind().equals(BackupDump.BASE_BACKUP));
    }

    private static String baseBackup(BackupSummary backup) {
        return Files.isDirectory(backup.root().resolve(Backup.DATABASE_SERVER))
                ? "so far the database exists only as a base backup"
                : "not complete: its run was rolled back, and the database was never replaced";
    }
}
