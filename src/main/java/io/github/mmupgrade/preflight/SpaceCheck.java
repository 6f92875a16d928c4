package io.github.mmupgrade.preflight;

import io.github.mmupgrade.backup.copy.SpaceEstimate;
import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.context.InstalledServer;
import io.github.mmupgrade.context.ShippedLists;
import io.github.mmupgrade.files.DiskSpace;
import io.github.mmupgrade.files.FileStat;
import io.github.mmupgrade.files.TreeWalk;
import io.github.mmupgrade.files.WriteTrial;
import io.github.mmupgrade.installation.ShippedEntries;
import io.github.mmupgrade.planning.PlannedUpgrade;
import io.github.mmupgrade.report.Amount;
import io.github.mmupgrade.report.CheckResult;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.IoReason;
import io.github.mmupgrade.saving.BackupForecast;
import io.github.mmupgrade.saving.Backups;
import io.github.mmupgrade.saving.method.MethodChoice;
import io.github.mmupgrade.saving.method.MethodForecast;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Whether there is room for everything, bytes and inodes: for the releases that are unpacked, the backup, and the copy
 * of the database. What goes to one file system is added up.
 */
final class SpaceCheck {

    /** The vendor's advice: at least 2 GB free. */
    private static final long ADVISED_BYTES = 2_000_000_000L;

    /** A release that is newer is larger; one and a half times what is installed is more than any step had. */
    private static final long LARGER = 3;

    private static final long LARGER_OF = 2;

    /** How much larger than its archive a release is; 1.9 to 2.4 were seen. */
    private static final long UNPACKED = 3;

    /** The journal, lists, configurations: a few hundred kilobytes at most. */
    private static final Need STATE = new Need(2_000_000, 200);

    /** What a release may ship and never replaces: as large as a server has made them. */
    private static final Set<String> KEPT = Set.of("config", "data", "logs", "plugins");

    private static final int BLOCK = 4096;

    private final GoalContext context;
    private final InstalledServer server;
    private final Optional<PlannedUpgrade> forecast;
    private final Supplier<MethodChoice> choice;

    SpaceCheck(
            GoalContext context,
            InstalledServer server,
            Optional<PlannedUpgrade> forecast,
            Supplier<MethodChoice> choice) {
        this.choice = choice;
        this.context = context;
        this.server = server;
        this.forecast = forecast;
    }

    private record Need(long bytes, long inodes) {
        Need plus(Need other) {
            return new Need(bytes + other.bytes, inodes + other.inodes);
        }

        Need times(long factor, long divisor) {
            return new Need(bytes * factor / divisor, inodes * factor / divisor);
        }
    }

    /** A file system, what goes there, and what that is for. */
    private static final class Disk {
        private final Path directory;
        private final List<String> purposes = new ArrayList<>();
        private Need need = new Need(0, 0);

        Disk(Path directory) {
            this.directory = directory;
        }
    }

    CheckResult check() {
        try {
            SpaceEstimate survey = new BackupForecast(context, server).requireRoom();
            Map<Long, Disk> disks = new LinkedHashMap<>();
            if (forecast.isPresent()) {
                add(disks, besideInstallation(), releases(forecast.get()), "the releases to install");
            }
            add(
                    disks,
                    new Backups(context).directory().root(),
                    new Need(survey.neededBytes(), survey.neededInodes()),
                    "the backup");
            add(disks, context.state(), STATE, "the journal");
            addDatabase(disks);
            List<String> found = new ArrayList<>();
            boolean scarce = false;
            for (Disk disk : disks.values()) {
                DiskSpace space = DiskSpace.of(context.host(), disk.directory);
                Optional<CheckResult> tooLittle = tooLittle(disk, space);
                if (tooLittle.isPresent()) {
                    return tooLittle.get();
                }
                scarce |= space.bytes() < ADVISED_BYTES;
                found.add(needed(disk) + " of " + Amount.bytes(space.bytes()) + " free on the file system of "
                        + disk.directory);
            }
            String text = String.join("; ", found) + "; the backup: " + survey;
            return scarce
                    ? CheckResult.warning("room", text + "; the vendor advises 2 GB of free space")
                    : CheckResult.ok("room", text);
        } catch (IOException e) {
            return CheckResult.refused(
                    "room", "The free space cannot be read: " + IoReason.of(e), Hint.of("Check the file system."));
        }
    }

    private static Optional<CheckResult> tooLittle(Disk disk, DiskSpace space) {
        if (disk.need.bytes() > space.bytes()) {
            return Optional.of(CheckResult.refused(
                    "room",
                    "Only " + Amount.bytes(space.bytes()) + " are free on the file system of " + disk.directory
                            + "; about " + needed(disk) + ".",
                    Hint.run(
                            "Free some space there. If it is where the backups are, name another directory with"
                                    + " mattermost.backupDirectory, or remove old backups.",
                            Goal.PRUNE_BACKUPS)));
        }
        if (space.inodes().isPresent() && disk.need.inodes() > space.inodes().getAsLong()) {
            return Optional.of(CheckResult.refused(
                    "room",
                    "Only " + space.inodes().getAsLong() + " inodes are free on the file system of " + disk.directory
                            + "; about " + disk.need.inodes() + " for " + String.join(", ", disk.purposes)
                            + ".",
                    Hint.of("Remove files there, or name a directory on another file system with"
                            + " mattermost.backupDirectory.")));
        }
        return Optional.empty();
    }

    private static String needed(Disk disk) {
        return Amount.bytes(disk.need.bytes()) + " for " + String.join(", ", disk.purposes);
    }

    private static void add(Map<Long, Disk> disks, Path directory, Need need, String purpose) throws IOException {
        Path existing = WriteTrial.nearestExisting(directory).toRealPath();
        Disk disk = disks.computeIfAbsent(FileStat.of(existing).device(), device -> new Disk(existing));
        disk.need = disk.need.plus(need);
        disk.purposes.add(purpose);
    }

    private Path besideInstallation() {
        Path directory = context.installation().directory();
        return context.installation().mountPoint() ? directory : directory.getParent();
    }

    /** What the installed release takes tells what the next ones will; an archive that is at hand tells more. */
    private Need releases(PlannedUpgrade way) throws IOException {
        long hops = way.path().hops().stream()
                .filter(hop -> !Files.isDirectory(
                        context.installation().nextDirectory(hop.to().toString())))
                .count();
        Need each = installed(way).times(LARGER, LARGER_OF);
        String archive = context.options().target().archive();
        if (archive != null && !archive.contains("://") && Files.isRegularFile(Path.of(archive))) {
            each = new Need(Math.max(each.bytes(), UNPACKED * Files.size(Path.of(archive))), each.inodes());
        }
        return each.times(hops, 1);
    }

    private Need installed(PlannedUpgrade way) throws IOException {
        ShippedEntries shipped = new ShippedLists(context)
                .of(way.installed().version().toString(), way.installed().edition());
        Need sum = new Need(0, 0);
        try (Stream<Path> entries = Files.list(context.installation().directory())) {
            for (Path entry : entries.toList()) {
                String name = entry.getFileName().toString();
                if (shipped.top(name) && !KEPT.contains(name)) {
                    sum = sum.plus(tree(entry));
                }
            }
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        return sum;
    }

    private static Need tree(Path root) {
        long bytes = 0;
        long inodes = 0;
        TreeWalk walk = new TreeWalk(root);
        while (walk.hasNext()) {
            FileStat stat = walk.next().stat();
            inodes++;
            bytes += (stat.size() + BLOCK - 1) / BLOCK * BLOCK;
        }
        return new Need(bytes, inodes);
    }

    /** What saving the database takes may have to share a disk with everything else. */
    private void addDatabase(Map<Long, Disk> disks) throws IOException {
        Optional<MethodForecast.Room> room = choice.get().chosen().room();
        if (room.isPresent()) {
            add(
                    disks,
                    room.get().directory(),
                    new Need(room.get().bytes(), 0),
                    room.get().purpose());
        }
    }
}
