package io.github.mmupgrade.saving;

import io.github.mmupgrade.backup.format.BackupSource;
import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.context.InstalledServer;
import io.github.mmupgrade.context.ShippedLists;
import io.github.mmupgrade.files.Digests;
import io.github.mmupgrade.files.FileStat;
import io.github.mmupgrade.files.RawName;
import io.github.mmupgrade.files.TreeWalk;
import io.github.mmupgrade.installation.Installation;
import io.github.mmupgrade.installation.ShippedEntries;
import io.github.mmupgrade.journal.JournalKeys;
import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.journal.StageName;
import io.github.mmupgrade.release.Edition;
import io.github.mmupgrade.report.Amount;
import io.github.mmupgrade.report.IoReason;
import io.github.mmupgrade.unpack.ShippedFileList;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Files in the directories of the installed release that somebody has changed or added, such as a template or a
 * translation. The next release comes without them, so they are saved and named.
 */
public final class ChangedFiles {

    /** The tree of a backup that holds them. */
    public static final String TREE = "changed";

    /** What the release ships and the administrator keeps anyway: it stays in its place and is saved as it is. */
    private static final Set<String> KEPT = Set.of("config", "data", "logs", "plugins");

    /** What a server itself writes where its site is below a path (Mattermost's UpdateAssetsSubpath). */
    private static final Pattern BY_THE_SERVER = Pattern.compile("client/(root\\.html|manifest\\.json|[^/]+\\.css)");

    /** An archive's files have the times of the build; without a list a later time tells of a change. */
    private static final Duration LATER = Duration.ofDays(1);

    /** A list that people read, and that a backup holds part by part, has an end. */
    private static final int MOST = 200;

    private static final int NAMED = 10;

    private ChangedFiles() {}

    /**
     * Finds them: by the list of what the release shipped, where the plugin installed it, else by their times. Reads all
     * files of the release.
     *
     * @return their paths below the installation, each a {@link RawName}, sorted
     */
    public static List<String> find(GoalContext context, String version, Edition edition) {
        ShippedLists lists = new ShippedLists(context);
        ShippedEntries shipped = lists.of(version, edition);
        Path list = lists.file(version, edition);
        Installation installation = context.installation();
        try {
            List<String> found =
                    Files.exists(list) ? byList(installation, shipped, list) : byTime(installation, shipped);
            if (found.size() <= MOST) {
                return found;
            }
            context.reporter()
                    .warn(Amount.of(found.size(), "file")
                            + " of the release were changed or added here. They are in no backup: an upgrade sets them"
                            + " aside with the old release, and the next one removes them. The new release comes"
                            + " without them");
            return List.of();
        } catch (IOException e) {
            return notCompared(context, e);
        } catch (UncheckedIOException e) {
            return notCompared(context, e.getCause());
        }
    }

    /** Such as a file that only root may read: it is renamed with the others all the same. */
    private static List<String> notCompared(GoalContext context, IOException why) {
        context.reporter()
                .warn("Whether files of the release were changed here is not known: " + IoReason.of(why)
                        + ". The new release comes without such changes");
        return List.of();
    }

    /** As parts of a backup. */
    public static List<BackupSource> sources(InstalledServer server, List<String> changed) {
        return changed.stream()
                .map(name -> BackupSource.entry(
                        TREE + "/" + name, RawName.resolve(server.installation().directory(), name)))
                .toList();
    }

    /** The sources of a run's backup, and what was found changed when its files were copied ahead. */
    public static List<BackupSource> with(List<BackupSource> sources, InstalledServer server, Run run) {
        List<BackupSource> all = new ArrayList<>(sources);
        run.fact(1, JournalKeys.CHANGED)
                .filter(changed -> !changed.isEmpty())
                .ifPresent(changed -> all.addAll(sources(server, List.of(changed.split("\n")))));
        return all;
    }

    /** Finds them, says which they are, and notes them for {@link #with}; while the server runs, because it takes seconds. */
    public static void note(GoalContext context, Run run, StageName stage) {
        List<String> changed = find(context, run.releaseBefore(1), run.editionBefore());
        if (!changed.isEmpty()) {
            context.reporter().warn(inWords(changed));
        }
        // a line each: who gives a file a name of two lines finds it in the release that was set aside
        List<String> plain =
                changed.stream().filter(name -> name.indexOf('\n') < 0).toList();
        run.note(1, stage, Map.of(JournalKeys.CHANGED, String.join("\n", plain)));
    }

    /** Whether they were looked for. */
    public static boolean areNoted(Run run) {
        return run.fact(1, JournalKeys.CHANGED).isPresent();
    }

    /** What to say of them. */
    private static String inWords(List<String> changed) {
        List<String> named = changed.stream().limit(NAMED).map(RawName::text).toList();
        return "These files of the release were changed or added here: " + String.join(", ", named)
                + (changed.size() > NAMED ? " and " + (changed.size() - NAMED) + " more" : "")
                + ". They are saved in '" + TREE + "' of the backup; the new release comes without them";
    }

    private static List<String> byList(Installation installation, ShippedEntries shipped, Path list)
            throws IOException {
        Map<String, ShippedFileList.Entry> known = new HashMap<>();
        Set<String> directories = new HashSet<>();
        ShippedFileList.read(list, entry -> {
            known.put(entry.path(), entry);
            for (String above = parent(entry.path()); !above.isEmpty(); above = parent(above)) {
                directories.add(above);
            }
        });
        Set<String> found = new LinkedHashSet<>();
        for (TreeWalk.Entry file : files(installation, shipped)) {
            ShippedFileList.Entry entry = known.get(file.name());
            if (entry == null) {
                found.add(added(file.name(), directories));
            } else if (differs(file, entry, known)) {
                found.add(file.name());
            }
        }
        return List.copyOf(found);
    }

    /** The highest directory above a file of which nothing was shipped, else the file. */
    private static String added(String name, Set<String> shipped) {
        String highest = name;
        for (String above = parent(name); !above.isEmpty() && !shipped.contains(above); above = parent(above)) {
            highest = above;
        }
        return highest;
    }

    private static String parent(String name) {
        return name.substring(0, Math.max(0, name.lastIndexOf('/')));
    }

    private static boolean differs(
            TreeWalk.Entry file, ShippedFileList.Entry entry, Map<String, ShippedFileList.Entry> known)
            throws IOException {
        ShippedFileList.Entry content =
                entry.type() == ShippedFileList.Type.HARD_LINK ? known.getOrDefault(entry.content(), entry) : entry;
        if (content.type() != ShippedFileList.Type.FILE
                || content.size() != file.stat().size()) {
            return true;
        }
        try {
            return !content.content().equals(Digests.sha256(file.path()));
        } catch (NoSuchFileException gone) {
            return false;
        }
    }

    private static List<String> byTime(Installation installation, ShippedEntries shipped) throws IOException {
        List<TreeWalk.Entry> files = files(installation, shipped);
        long built = files.stream()
                .filter(file -> file.name().startsWith("bin/"))
                .mapToLong(file -> file.stat().mtime())
                .max()
                .orElse(Long.MAX_VALUE - LATER.toNanos());
        List<String> later = files.stream()
                .filter(file -> file.stat().mtime() > built + LATER.toNanos())
                .map(TreeWalk.Entry::name)
                .toList();
        // after a copy of the installation the times of all are later
        return later.size() > MOST ? List.of() : later;
    }

    /** The regular files in what installing another release exchanges, sorted. */
    private static List<TreeWalk.Entry> files(Installation installation, ShippedEntries shipped) throws IOException {
        List<TreeWalk.Entry> found = new ArrayList<>();
        try (Stream<Path> top = Files.list(installation.directory())) {
            for (Path entry : top.sorted().toList()) {
                String name = RawName.of(entry.getFileName());
                if (!KEPT.contains(name) && shipped.top(name)) {
                    add(entry, name, shipped, found);
                }
            }
        }
        return found;
    }

    private static void add(Path entry, String name, ShippedEntries shipped, List<TreeWalk.Entry> found) {
        TreeWalk walk = new TreeWalk(entry);
        while (walk.hasNext()) {
            TreeWalk.Entry each = walk.next();
            String path = each.name().isEmpty() ? name : name + "/" + each.name();
            if (each.stat().kind() == FileStat.Kind.FILE && !isKept(path, shipped)) {
                found.add(new TreeWalk.Entry(path, each.path(), each.stat()));
            }
        }
    }

    /** In {@code client} the plugins, and entries of one's own, stay where they are. */
    private static boolean isKept(String path, ShippedEntries shipped) {
        if (!path.startsWith("client/")) {
            return false;
        }
        String[] parts = path.split("/", 3);
        return parts[1].equals("plugins")
                || BY_THE_SERVER.matcher(path).matches()
                || !shipped.client(parts[1], parts.length > 2);
    }
}
