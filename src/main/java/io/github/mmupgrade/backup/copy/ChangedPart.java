package io.github.mmupgrade.backup.copy;

import io.github.mmupgrade.backup.format.BackupSource;
import io.github.mmupgrade.backup.format.CopyResult;
import io.github.mmupgrade.backup.format.ListEntry;
import io.github.mmupgrade.files.FileStat;
import io.github.mmupgrade.files.RawName;
import io.github.mmupgrade.files.Tree;
import io.github.mmupgrade.files.TreeWalk;
import io.github.mmupgrade.files.Trees;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.SortedMap;
import java.util.stream.Collectors;

/**
 * The part of the sources in which something changed since a pass.
 *
 * @param sources what is saved
 * @param names the names in the backup, and whether what is below one is meant, too; none is below another that is
 * @param before what the list of the pass has of them, in order
 * @param pass what that pass found
 * @param changes how many names were told as changed
 */
record ChangedPart(
        List<BackupSource> sources,
        SortedMap<String, Boolean> names,
        List<ListEntry> before,
        CopyResult pass,
        int changes) {

    /** Looks at what is there of it now, in the order of a list, by the same safe ways as a walk over everything. */
    Iterator<SourceWalk.Visit> walk(Trees trees) {
        return new Walk(trees);
    }

    /** What this part and all the rest, which is as it was, come to. */
    CopyResult withTheRest(CopyResult result) {
        long files = pass.files();
        long bytes = pass.bytes();
        for (ListEntry entry : before) {
            if (entry.stat().kind() == FileStat.Kind.FILE) {
                files--;
                bytes -= entry.stat().size();
            }
        }
        var looked = before.stream().map(ListEntry::text).collect(Collectors.toSet());
        List<String> leftOut = new ArrayList<>(pass.leftOut());
        leftOut.removeIf(looked::contains);
        leftOut.addAll(result.leftOut());
        return new CopyResult(
                pass.trees(),
                files + result.files(),
                bytes + result.bytes(),
                result.copied(),
                result.copiedBytes(),
                result.linked(),
                result.gone(),
                leftOut,
                result.restless(),
                result.duration());
    }

    private final class Walk implements Iterator<SourceWalk.Visit> {
        private final Trees trees;
        private final Tree tree;
        private final Iterator<Map.Entry<String, Boolean>> remaining =
                names.entrySet().iterator();
        private SourceWalk.Visit upcoming;
        private TreeWalk below;
        private String prefix;

        Walk(Trees trees) {
            this.trees = trees;
            this.tree = trees.open();
        }

        @Override
        public boolean hasNext() {
            while (upcoming == null) {
                if (below != null && below.hasNext()) {
                    TreeWalk.Entry entry = below.next();
                    String name = entry.name().isEmpty() ? prefix : prefix + "/" + entry.name();
                    upcoming = visit(name, entry.path(), entry.stat());
                } else if (remaining.hasNext()) {
                    below = null;
                    Map.Entry<String, Boolean> next = remaining.next();
                    meet(next.getKey(), next.getValue());
                } else {
                    return false;
                }
            }
            return true;
        }

        private void meet(String name, boolean whole) {
            Path path = original(name);
            try {
                FileStat stat = tree.stat(path);
                if (whole && stat.isDirectory()) {
                    prefix = name;
                    below = new TreeWalk(path, trees.open());
                } else {
                    upcoming = visit(name, path, stat);
                }
            } catch (NoSuchFileException | NotDirectoryException e) {
                // it is gone
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private Path original(String name) {
            for (BackupSource source : sources) {
                if (name.equals(source.target())) {
                    return source.path();
                }
                if (name.startsWith(source.target() + "/")) {
                    return RawName.resolve(
                            source.path(), name.substring(source.target().length() + 1));
                }
            }
            throw new IllegalStateException(RawName.text(name));
        }

        private static SourceWalk.Visit visit(String name, Path path, FileStat stat) {
            return new SourceWalk.Visit(name, path, stat, SourceWalk.unsettled(stat));
        }

        @Override
        public SourceWalk.Visit next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            SourceWalk.Visit visit = upcoming;
            upcoming = null;
            return visit;
        }
    }
}
