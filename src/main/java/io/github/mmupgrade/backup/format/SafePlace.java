package io.github.mmupgrade.backup.format;

import io.github.mmupgrade.files.AtomicFile;
import io.github.mmupgrade.files.FileStat;
import io.github.mmupgrade.files.SafeWay;
import io.github.mmupgrade.files.WriteTrial;
import io.github.mmupgrade.host.Owner;
import io.github.mmupgrade.host.Users;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.IoReason;
import io.github.mmupgrade.report.RefusedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.Optional;
import java.util.Set;

/**
 * Makes the directories that backups go to, where nobody else can exchange them.
 */
public final class SafePlace {

    public static final FileAttribute<Set<PosixFilePermission>> PRIVATE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    private final Owner self;
    private final Users users;

    /**
     * A check of directories.
     *
     * @param self who makes the backup
     * @param users what users are called
     */
    public SafePlace(Owner self, Users users) {
        this.self = self;
        this.users = users;
    }

    /**
     * Makes a directory and those above it that are missing, each for its owner alone.
     *
     * @throws RefusedException when somebody else could exchange a part of the way, or nothing can be written there
     */
    public void make(Path directory) {
        Path absolute = directory.toAbsolutePath().normalize();
        try {
            check(absolute);
            Deque<Path> missing = new ArrayDeque<>();
            Path existing = absolute;
            while (!Files.exists(existing, LinkOption.NOFOLLOW_LINKS)) {
                missing.push(existing);
                existing = existing.getParent();
            }
            for (Path step : missing) {
                Files.createDirectory(step, PRIVATE);
            }
            FileStat stat = FileStat.of(absolute.toRealPath());
            if (!stat.isDirectory()) {
                throw refused(
                        absolute + " is not a directory.", "Set mattermost.backupDirectory to another directory.");
            }
            if (stat.uid() != self.uid()) {
                throw refused(
                        absolute + " belongs to user " + users.user(stat.uid()) + ", not to user "
                                + users.user(self.uid())
                                + ", who makes the backup.",
                        "Set mattermost.backupDirectory to a directory of your own, or give this one to user "
                                + users.user(self.uid()) + ".");
            }
            WriteTrial.in(absolute);
        } catch (IOException e) {
            throw notWritable(absolute, e);
        }
    }

    /**
     * Finds out whether a directory, or the one that it would be made in, is safe and can be written.
     *
     * @throws RefusedException when it isn't, or can't
     */
    public void requireWritable(Path directory) {
        Path absolute = directory.toAbsolutePath().normalize();
        try {
            check(absolute);
            WriteTrial.in(absolute);
        } catch (IOException e) {
            throw notWritable(absolute, e);
        }
    }

    private static RefusedException notWritable(Path directory, IOException e) {
        return new RefusedException(
                "Nothing can be written to the backup directory " + directory + ": " + IoReason.of(e),
                Hint.of("Set mattermost.backupDirectory to another directory, or make this one writable."),
                e);
    }

    /**
     * Refuses a backup directory that lies in what is backed up.
     *
     * @param forbidden the installation, the file store
     */
    public void refuseInside(Path directory, Collection<Path> forbidden) {
        try {
            Path real = realOf(directory);
            for (Path origin : forbidden) {
                Path realOrigin = realOf(origin);
                if (real.startsWith(realOrigin)) {
                    throw refused(
                            "The backup directory " + directory + " is inside " + origin
                                    + ", which goes into the backup.",
                            "Set mattermost.backupDirectory to a directory outside of it.");
                }
            }
        } catch (IOException e) {
            throw new RefusedException(
                    "The backup directory " + directory + " cannot be checked: " + IoReason.of(e),
                    Hint.of("Set mattermost.backupDirectory to another directory."),
                    e);
        }
    }

    /**
     * Refuses another directory of root's than that of backups when somebody else could exchange it. Who isn't root has
     * no more to lose there than the system lets others take.
     *
     * @param what it is, such as "state directory"
     * @param parameter what sets it
     */
    public void requireSafe(Path directory, String what, String parameter) {
        Path absolute = directory.toAbsolutePath().normalize();
        if (self.uid() != 0) {
            return;
        }
        try {
            Optional<String> objection = SafeWay.objection(absolute, 0, users);
            if (objection.isEmpty() && Files.exists(absolute)) {
                int owner = FileStat.of(absolute.toRealPath()).uid();
                objection = owner == 0 ? objection : Optional.of(absolute + " belongs to user " + users.user(owner));
            }
            if (objection.isPresent()) {
                throw refused(
                        "The " + what + " " + absolute + " is not safe: " + objection.get()
                                + " and could redirect what root writes there. Nothing was changed.",
                        "Set " + parameter + " to a directory whose whole path belongs to root.");
            }
        } catch (IOException e) {
            throw new RefusedException(
                    "The " + what + " " + absolute + " cannot be checked: " + IoReason.of(e) + ". Nothing was changed.",
                    Hint.of("Set " + parameter + " to another directory."),
                    e);
        }
    }

    private void check(Path absolute) throws IOException {
        Optional<String> objection = SafeWay.objection(absolute, self.uid(), users);
        if (objection.isPresent()) {
            throw unsafe(absolute, objection.get());
        }
    }

    /** Where a path leads, as far as it exists. */
    static Path realOf(Path path) throws IOException {
        Path existing = AtomicFile.followLinks(path.toAbsolutePath().normalize());
        Deque<Path> rest = new ArrayDeque<>();
        while (existing.getParent() != null && !Files.exists(existing)) {
            rest.push(existing.getFileName());
            // a link whose target isn't there yet leads somewhere all the same
            existing = AtomicFile.followLinks(existing.getParent());
        }
        Path real = existing.toRealPath();
        for (Path name : rest) {
            real = real.resolve(name);
        }
        return real;
    }

    private static RefusedException unsafe(Path directory, String why) {
        return refused(
                "The backup directory " + directory + " is not safe: " + why + " and could redirect the backup" + ".",
                "Set mattermost.backupDirectory to a directory whose whole path belongs to root or to you.");
    }

    private static RefusedException refused(String text, String hint) {
        return new RefusedException(text, Hint.of(hint));
    }
}
