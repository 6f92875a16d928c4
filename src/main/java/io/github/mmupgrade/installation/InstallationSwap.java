package io.github.mmupgrade.installation;

import io.github.mmupgrade.files.FileStat;
import io.github.mmupgrade.files.SecureTree;
import io.github.mmupgrade.files.TreeGift;
import io.github.mmupgrade.installation.SwapPlan.Direction;
import io.github.mmupgrade.installation.SwapPlan.Move;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.IoReason;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.report.StageFailedException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Puts the entries of a new release in the place of the old ones, by renames on one file system, and takes it back.
 *
 * <p>{@code bin} leaves first and arrives last, so that nobody can start a tree that is neither release. Whether a
 * rename was done is asked of the file system, so that both directions can be called again after any interruption.
 */
public final class InstallationSwap {

    /** What an installation owns, whatever the archives hold in their place. */
    private static final Set<String> KEPT = Set.of("config", "data", "logs", "plugins");

    /** What the server makes inside {@code client/}. */
    private static final Set<String> KEPT_IN_CLIENT = Set.of("plugins");

    private static final int ORDINARY = 0777;

    private final Installation installation;

    /** A swap of an installation's entries. */
    public InstallationSwap(Installation installation) {
        this.installation = installation;
    }

    /** Is told of each rename, so that a journal can be kept. */
    public interface Listener {
        /** A rename is about to be done. */
        void before(Rename rename);

        /** A rename is done, or was found done. */
        void after(Rename rename);
    }

    /**
     * Lays down the renames. Changes nothing.
     *
     * @param next the unpacked release
     * @param previous where the entries of the old release go; must not exist, or be empty
     * @param shippedByOld what the installed release brought
     * @throws RefusedException when an entry to be renamed is a mount point, or the previous directory is in use
     */
    public SwapPlan plan(Path next, Path previous, ShippedEntries shippedByOld, Mounts mounts) {
        if (exists(previous) && !DirectoryNames.names(previous).isEmpty()) {
            throw new RefusedException(
                    "The directory " + previous + " is in use. Nothing was changed.",
                    Hint.run("It may belong to an unfinished upgrade. Show the current state.", Goal.STATUS));
        }
        Path root = installation.directory();
        List<Move> out = new ArrayList<>();
        List<Move> in = new ArrayList<>();
        List<String> kept = new ArrayList<>();
        List<String> displaced = new ArrayList<>();
        Set<String> fresh = DirectoryNames.names(next);
        boolean clientStays = Files.isDirectory(root.resolve("client"));
        for (String entry : DirectoryNames.names(root)) {
            Path there = root.resolve(entry);
            if (KEPT.contains(entry) || isSiblingInside(entry) || (entry.equals("client") && clientStays)) {
                continue;
            }
            if (shippedByOld.top(entry) || fresh.contains(entry)) {
                if (!shippedByOld.top(entry)) {
                    displaced.add(entry);
                }
                out.add(out(there, previous.resolve(entry), mounts));
            } else {
                kept.add(entry);
            }
        }
        for (String entry : fresh) {
            if (KEPT.contains(entry) || SwapPreparation.isPartOf(entry)) {
                continue;
            }
            if (!entry.equals("client") || !clientStays) {
                in.add(new Move(Direction.IN, new Rename(next.resolve(entry), root.resolve(entry))));
            }
        }
        if (clientStays) {
            planClient(next, previous, shippedByOld, mounts, out, in, kept, displaced);
        }
        planNewConfigFiles(next, in);
        return new SwapPlan(next, previous, ordered(out, in), kept, displaced);
    }

    private void planClient(
            Path next,
            Path previous,
            ShippedEntries shippedByOld,
            Mounts mounts,
            List<Move> out,
            List<Move> in,
            List<String> kept,
            List<String> displaced) {
        Path client = installation.directory().resolve("client");
        Set<String> fresh = DirectoryNames.names(next.resolve("client"));
        for (String entry : DirectoryNames.names(client)) {
            Path there = client.resolve(entry);
            if (KEPT_IN_CLIENT.contains(entry) || SwapPreparation.isPartOf(entry)) {
                continue;
            }
            boolean shipped = shippedByOld.client(entry, Files.isDirectory(there));
            if (shipped || fresh.contains(entry)) {
                if (!shipped) {
                    displaced.add("client/" + entry);
                }
                out.add(out(there, previous.resolve("client").resolve(entry), mounts));
            } else {
                kept.add("client/" + entry);
            }
        }
        for (String entry : fresh) {
            if (!KEPT_IN_CLIENT.contains(entry)) {
                in.add(new Move(
                        Direction.IN, new Rename(next.resolve("client").resolve(entry), client.resolve(entry))));
            }
        }
    }

    /** The vendor's procedure adds what is new in the kept directories without overwriting; so do we in config. */
    private void planNewConfigFiles(Path next, List<Move> in) {
        Path config = installation.config();
        if (Files.isSymbolicLink(config)) {
            // nothing is brought to where a link leads: it may be the server's user who made it
            return;
        }
        for (String entry : DirectoryNames.names(next.resolve("config"))) {
            Path target = config.resolve(entry);
            if (!entry.equals("config.json") && !exists(target)) {
                in.add(new Move(Direction.IN, new Rename(next.resolve("config").resolve(entry), target)));
            }
        }
    }

    private static Move out(Path from, Path to, Mounts mounts) {
        if (mounts.isMountPoint(from)) {
            throw new RefusedException(
                    "A file system is mounted on " + from
                            + ", which belongs to the release and must be renamed. Nothing was changed.",
                    Hint.of("Unmount it. Only config, data, logs, plugins, client/plugins and your own entries can be"
                            + " mount points."));
        }
        return new Move(Direction.OUT, new Rename(from, to));
    }

    private List<Move> ordered(List<Move> out, List<Move> in) {
        List<Move> moves = new ArrayList<>();
        out.stream().filter(this::isBin).forEach(moves::add);
        out.stream().filter(move -> !isBin(move)).forEach(moves::add);
        in.stream().filter(move -> !isBin(move)).forEach(moves::add);
        in.stream().filter(this::isBin).forEach(moves::add);
        return moves;
    }

    private boolean isBin(Move move) {
        return move.rename().from().equals(installation.bin())
                || move.rename().to().equals(installation.bin());
    }

    private boolean isSiblingInside(String entry) {
        return SwapPreparation.isPartOf(entry)
                || (installation.mountPoint() && (entry.startsWith(".next-") || entry.startsWith(".previous-")));
    }

    /**
     * Does what is left to do of the plan.
     *
     * @throws StageFailedException when a rename fails; calling again goes on where it stopped
     */
    public void carryOut(SwapPlan plan, Listener listener) {
        try (SecureTree tree = new SecureTree()) {
            carryOut(plan, listener, tree);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void carryOut(SwapPlan plan, Listener listener, SecureTree tree) {
        requireNewEntries(plan);
        createLike(tree, plan.previous(), installation.directory());
        if (plan.moves().stream()
                .anyMatch(move -> move.direction() == Direction.OUT
                        && move.rename().to().startsWith(plan.previous().resolve("client"))
                        && !move.rename().to().equals(plan.previous().resolve("client")))) {
            createLike(
                    tree,
                    plan.previous().resolve("client"),
                    installation.directory().resolve("client"));
        }
        for (Move move : plan.moves()) {
            Rename rename = move.rename();
            listener.before(rename);
            if (!isDone(move, plan)) {
                move(tree, rename);
            }
            listener.after(rename);
        }
        forceDirectories(tree, plan);
    }

    /**
     * Takes back what was done of the plan, newest first. {@code bin} of the new release leaves first, that of the old
     * one arrives last.
     *
     * @throws StageFailedException when a rename fails; calling again goes on where it stopped
     */
    public void takeBack(SwapPlan plan, Listener listener) {
        try (SecureTree tree = new SecureTree()) {
            takeBack(plan, listener, tree);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void takeBack(SwapPlan plan, Listener listener, SecureTree tree) {
        List<Move> moves = new ArrayList<>(plan.moves());
        Collections.reverse(moves);
        for (Move move : moves) {
            Rename rename = move.rename().reversed();
            listener.before(rename);
            // an entry of the new release that somebody has removed since has nothing to take back
            if (isDone(move, plan) && exists(rename.from())) {
                createLike(tree, plan.next(), installation.directory());
                createLike(tree, rename.to().getParent(), installation.directory());
                move(tree, rename);
            }
            listener.after(rename);
        }
        forceDirectories(tree, plan);
        removeIfEmpty(tree, plan.previous().resolve("client"));
        removeIfEmpty(tree, plan.previous());
    }

    /** Whether all renames of the plan are done, none, or some. */
    public State state(SwapPlan plan) {
        long done = plan.moves().stream().filter(move -> isDone(move, plan)).count();
        if (done == 0) {
            return State.UNTOUCHED;
        }
        return done == plan.moves().size() ? State.DONE : State.HALF_DONE;
    }

    /** How far a swap has come. */
    public enum State {
        /** The old release is in its place. */
        UNTOUCHED,
        /** Neither release is whole; the program is away, so that nobody can start it. */
        HALF_DONE,
        /** The new release is in its place. */
        DONE
    }

    /** What is where a new entry goes is the old one as long as that was not moved out. */
    private static boolean isDone(Move move, SwapPlan plan) {
        return move.direction() == Direction.OUT
                ? exists(move.rename().to())
                : !exists(move.rename().from()) && isMovedOut(move.rename().to(), plan);
    }

    private static boolean isMovedOut(Path entry, SwapPlan plan) {
        return plan.moves().stream()
                .filter(move -> move.direction() == Direction.OUT
                        && move.rename().from().equals(entry))
                .allMatch(move -> exists(move.rename().to()));
    }

    /** Nothing is moved out for a release that is not there in whole. */
    private static void requireNewEntries(SwapPlan plan) {
        for (Move move : plan.moves()) {
            Rename rename = move.rename();
            boolean lost = move.direction() == Direction.IN
                    && !exists(rename.from())
                    && !(exists(rename.to()) && isMovedOut(rename.to(), plan));
            if (lost) {
                throw new StageFailedException(
                        "The new release is not there in whole: " + rename.from() + " does not exist."
                                + " Nothing more was renamed.",
                        Hint.run("Somebody removed it. Go back, then upgrade again.", Goal.ROLLBACK));
            }
        }
    }

    private static void move(SecureTree tree, Rename rename) {
        if (exists(rename.to())) {
            // a rename would silently replace it
            throw new StageFailedException(
                    "The rename " + rename + " would overwrite an existing entry. It was not done.",
                    Hint.of("Somebody put it there during the installation. Move it away, then run the goal again."));
        }
        try {
            tree.move(rename.from(), rename.to());
        } catch (IOException e) {
            throw new StageFailedException(
                    "The rename " + rename + " failed: " + IoReason.of(e)
                            + ". All entries still exist, in the installation or next to it.",
                    Hint.of("Fix the cause and run the goal again. It continues from here."),
                    e);
        }
    }

    private static void createLike(SecureTree tree, Path directory, Path model) {
        try {
            if (!tree.exists(directory)) {
                FileStat like = tree.stat(model);
                TreeGift.createDirectory(directory, like.with(like.mode() & ORDINARY, like.uid(), like.gid()));
            }
        } catch (IOException e) {
            throw new StageFailedException(
                    "The directory " + directory + " cannot be created: " + IoReason.of(e),
                    Hint.of("The user who runs this must be able to write next to the installation."),
                    e);
        }
    }

    private static void removeIfEmpty(SecureTree tree, Path directory) {
        try {
            if (tree.exists(directory) && tree.names(directory).length == 0) {
                tree.deleteEmpty(directory);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("The empty directory " + directory + " cannot be removed", e);
        }
    }

    private void forceDirectories(SecureTree tree, SwapPlan plan) {
        Set<Path> directories = new TreeSet<>();
        for (Move move : plan.moves()) {
            directories.add(move.rename().from().getParent());
            directories.add(move.rename().to().getParent());
        }
        for (Path directory : directories) {
            if (Files.isDirectory(directory)) {
                try {
                    tree.force(directory);
                } catch (IOException e) {
                    throw new StageFailedException(
                            "The renames in " + directory + " cannot be flushed to disk: " + IoReason.of(e),
                            Hint.of("Check the file system, then run the goal again."),
                            e);
                }
            }
        }
    }

    private static boolean exists(Path path) {
        return Files.exists(path, LinkOption.NOFOLLOW_LINKS);
    }
}
