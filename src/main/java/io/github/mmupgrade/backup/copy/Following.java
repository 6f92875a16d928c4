package io.github.mmupgrade.backup.copy;

import io.github.mmupgrade.backup.format.BackupSource;
import io.github.mmupgrade.backup.format.CopyResult;
import io.github.mmupgrade.backup.format.ListEntry;
import io.github.mmupgrade.backup.format.ListPair;
import io.github.mmupgrade.files.FileStat;
import io.github.mmupgrade.files.RawName;
import io.github.mmupgrade.follow.CannotFollowException;
import io.github.mmupgrade.follow.Followed;
import io.github.mmupgrade.follow.TreeFollower;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What changes in the sources between a pass and the next one in the same process, so that the next looks at nothing
 * else. It begins before the pass looks at the first entry. Another process, or one that was started anew, has none of
 * this and looks at everything.
 */
final class Following {

    /** By backup: a stage closes its draft, and another stage opens it again. */
    private static final Map<Path, Following> BY_BACKUP = new ConcurrentHashMap<>();

    private final Path list;
    private final List<BackupSource> places;
    private final AheadIndex index = new AheadIndex();
    private final TreeFollower follower;
    private final String whyNot;
    private CopyResult pass;
    private FileStat listed;

    private Following(Path list, List<BackupSource> places, TreeFollower follower, String whyNot) {
        this.list = list;
        this.places = places;
        this.follower = follower;
        this.whyNot = whyNot;
    }

    /**
     * Begins, in the place of what was followed for this backup before.
     *
     * @param list where the list of the pass will be
     */
    static Following begin(Path root, Path list, List<BackupSource> sources) throws IOException {
        forget(root);
        List<BackupSource> places = places(sources);
        Following following;
        try {
            TreeFollower follower =
                    TreeFollower.start(places.stream().map(BackupSource::path).toList(), root.getParent());
            following = new Following(list, places, follower, null);
        } catch (CannotFollowException e) {
            following = new Following(list, places, null, e.getMessage());
        }
        BY_BACKUP.put(root, following);
        return following;
    }

    /** What has been followed for a backup. */
    static Following take(Path root) throws CannotFollowException {
        Following following = BY_BACKUP.remove(root);
        if (following == null) {
            throw new CannotFollowException("they were copied ahead by another process");
        }
        return following;
    }

    /** Ends what is followed for a backup, if anything is. */
    static void forget(Path root) {
        Following following = BY_BACKUP.remove(root);
        if (following != null && following.follower != null) {
            following.follower.close();
        }
    }

    /** Writes an entry of the pass. */
    void add(ListEntry entry, ListPair writer) throws IOException {
        index.add(entry, writer);
    }

    /** After the pass, when its list is in its place. */
    void passed(CopyResult result) throws IOException {
        index.finish();
        if (follower != null) {
            follower.catchUp();
        }
        pass = result;
        listed = FileStat.of(list);
    }

    /**
     * Where changes can be: ends the following.
     *
     * @throws CannotFollowException when it has to be taken that they can be anywhere
     */
    ChangedPart changes(List<BackupSource> sources) throws IOException, CannotFollowException {
        if (follower == null) {
            throw new CannotFollowException(whyNot);
        }
        Followed followed = follower.stop();
        if (!places(sources).equals(places)) {
            throw new CannotFollowException("other directories and files are saved now");
        }
        if (pass == null || !FileStat.of(list).sameContentAs(listed)) {
            throw new CannotFollowException("another process has copied them since");
        }
        SortedMap<String, Boolean> names = new TreeMap<>(RawName::compare);
        for (BackupSource place : places) {
            String source = RawName.ofWhole(place.path());
            followed.entries().forEach((path, kind) -> {
                if (path.equals(source)) {
                    names.merge(place.target(), false, Boolean::logicalOr);
                } else if (path.startsWith(source + "/") && SourceWalk.isWanted(path.substring(source.length() + 1))) {
                    names.merge(
                            place.target() + path.substring(source.length()),
                            kind == Followed.Kind.EXCHANGED,
                            Boolean::logicalOr);
                }
            });
        }
        int changes = names.size();
        index.unsettled().forEach(name -> names.merge(name, false, Boolean::logicalOr));
        if (names.size() > AheadIndex.MOST) {
            throw new CannotFollowException("more changed than is worth looking up");
        }
        withoutWhatIsBelow(names);
        List<ListEntry> before = index.find(list, names);
        if (!index.hasAllNames(followed.files(), before)) {
            throw new CannotFollowException("a file that has several names was written");
        }
        return new ChangedPart(sources, names, before, pass, changes);
    }

    /** What is below a name that is wanted with all that is below it comes with it. */
    private static void withoutWhatIsBelow(SortedMap<String, Boolean> names) {
        String above = null;
        for (var all = names.entrySet().iterator(); all.hasNext(); ) {
            Map.Entry<String, Boolean> entry = all.next();
            if (above != null && entry.getKey().startsWith(above)) {
                all.remove();
            } else if (entry.getValue()) {
                above = entry.getKey() + "/";
            }
        }
    }

    private static List<BackupSource> places(List<BackupSource> sources) throws IOException {
        List<BackupSource> places = new ArrayList<>();
        for (BackupSource source : BackupSource.ordered(sources)) {
            places.add(new BackupSource(source.target(), TreeFollower.withoutLinksAbove(source.path())));
        }
        return places;
    }
}
