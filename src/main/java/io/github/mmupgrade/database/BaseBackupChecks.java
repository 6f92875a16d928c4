package io.github.mmupgrade.database;

import io.github.mmupgrade.datasource.DatabaseNames;
import io.github.mmupgrade.files.DiskSpace;
import io.github.mmupgrade.host.Host;
import io.github.mmupgrade.report.Amount;
import io.github.mmupgrade.report.IoReason;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Supplier;

/** What is checked before a base backup of every kind of database server. */
public final class BaseBackupChecks {

    /** Room for what changes and for the log that is written while the files are copied. */
    private static final long RESERVE = 256L << 20;

    private BaseBackupChecks() {}

    /** One finding for each check, up to the first that blocks: what comes after it cannot be found out, or is moot. */
    public static List<CopyPrecondition> untilBlocked(List<Supplier<CopyPrecondition>> checks) {
        List<CopyPrecondition> result = new ArrayList<>();
        for (Supplier<CopyPrecondition> check : checks) {
            CopyPrecondition found = check.get();
            result.add(found);
            if (found.severity() == CopyPrecondition.Severity.BLOCKING) {
                break;
            }
        }
        return result;
    }

    /**
     * Whether the database is alone on its server.
     *
     * @param own the Mattermost database
     * @param databases those of the server, without those that belong to the server itself
     * @param allowed whether the administrator lets other databases be copied, too
     */
    public static CopyPrecondition shared(String own, Collection<String> databases, boolean allowed) {
        List<String> others = databases.stream()
                .filter(name -> !name.equals(own) && !DatabaseNames.isOurs(own, name))
                .map(DatabaseNames::printable)
                .toList();
        if (others.isEmpty()) {
            return CopyPrecondition.ok("shared", "the database is alone on its server");
        }
        return allowed
                ? CopyPrecondition.ok("shared", "the copies include " + others)
                : CopyPrecondition.blocking(
                        "shared",
                        "the server has other databases, which would be copied, too: " + others,
                        "Set mattermost.backup.sharedServer=true if they may be copied into the backup directory for the"
                                + " time of the upgrade.");
    }

    /**
     * Whether the copy fits.
     *
     * @param bytes what the server's files take
     */
    public static CopyPrecondition room(Host host, Path target, long bytes) {
        try {
            long free = DiskSpace.of(host, target).bytes();
            long needed = bytes + RESERVE;
            return free >= needed
                    ? CopyPrecondition.ok("room", Amount.bytes(free) + " free, " + Amount.bytes(needed) + " needed")
                    : CopyPrecondition.blocking(
                            "room",
                            "a copy of the server's files needs " + Amount.bytes(needed) + " in " + target
                                    + ", and only " + Amount.bytes(free) + " are free there",
                            "Make room there, or name another directory with mattermost.backupDirectory.");
        } catch (IOException e) {
            return CopyPrecondition.blocking(
                    "room",
                    "the free space of " + target + " cannot be read: " + IoReason.of(e),
                    "Check the file system.");
        }
    }
}
