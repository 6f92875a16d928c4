package io.github.mmupgrade.backup.copy;

import io.github.mmupgrade.backup.format.FileList;
import io.github.mmupgrade.backup.format.ListEntry;
import io.github.mmupgrade.backup.format.ListPair;
import io.github.mmupgrade.files.FileStat;
import io.github.mmupgrade.files.RawName;
import io.github.mmupgrade.follow.CannotFollowException;
import io.github.mmupgrade.linux.Kernel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/**
 * Finds single entries in the list of a pass without reading all of it. Takes about ten bytes of memory for each entry.
 */
final class AheadIndex {

    private static final int STEP = 64;

    /** What is more is found sooner by reading the whole list. */
    static final int MOST = 50_000;

    /** Where one of {@value #STEP} entries stands. */
    private record Mark(String name, long position, long before) {}

    private final List<Mark> marks = new ArrayList<>();
    private final List<String> unsettled = new ArrayList<>();
    private long entries;
    private long[] files = new long[1024];
    private int fileCount;

    /** Writes an entry, and remembers it. */
    void add(ListEntry entry, ListPair list) throws IOException {
        if (entries++ % STEP == 0) {
            marks.add(new Mark(entry.name(), list.position(), entries - 1));
        }
        if (entry.stat().kind() == FileStat.Kind.FILE) {
            if (entry.unsettled() && unsettled.size() <= MOST) {
                unsettled.add(entry.name());
            }
            if (fileCount == files.length) {
                files = Arrays.copyOf(files, fileCount * 2);
            }
            files[fileCount++] = key(entry.stat().device(), entry.stat().inode());
        }
        list.add(entry);
    }

    /** After the last one. */
    void finish() {
        files = Arrays.copyOf(files, fileCount);
        Arrays.parallelSort(files);
    }

    /** Files whose times can't tell whether they changed since they were read. */
    List<String> unsettled() {
        return unsettled;
    }

    /**
     * The entries of some names, in order.
     *
     * @param names names, and whether what is below one is wanted, too
     * @throws CannotFollowException when they are too many
     */
    List<ListEntry> find(Path list, SortedMap<String, Boolean> names) throws IOException, CannotFollowException {
        List<ListEntry> found = new ArrayList<>();
        long passed = 0;
        ListEntry next = null;
        FileList.Reader reader = null;
        try {
            for (Map.Entry<String, Boolean> wanted : names.entrySet()) {
                String name = wanted.getKey();
                Mark mark = before(name);
                if (mark == null) {
                    continue;
                }
                if (reader == null || mark.before() > passed) {
                    if (reader != null) {
                        reader.close();
                    }
                    reader = new FileList.Reader(list, mark.position(), entries - mark.before());
                    passed = mark.before();
                    next = reader.next();
                }
                while (next != null && RawName.compare(next.name(), name) < 0) {
                    next = reader.hasNext() ? reader.next() : null;
                    passed++;
                }
                while (next != null
                        && (next.name().equals(name)
                                || (wanted.getValue() && next.name().startsWith(name + "/")))) {
                    found.add(next);
                    if (found.size() > MOST) {
                        throw new CannotFollowException("more changed than is worth looking up");
                    }
                    next = reader.hasNext() ? reader.next() : null;
                    passed++;
                }
            }
            return found;
        } catch (UncheckedIOException e) {
            throw e.getCause();
        } finally {
            if (reader != null) {
                reader.close();
            }
        }
    }

    private Mark before(String name) {
        int low = 0;
        int high = marks.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (RawName.compare(marks.get(middle).name(), name) <= 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low == 0 ? null : marks.get(low - 1);
    }

    /** Whether each name that the list has for one of some files is among the entries found. */
    boolean hasAllNames(Iterable<Kernel.Identity> written, List<ListEntry> found) {
        Map<Long, Integer> names = new HashMap<>();
        for (ListEntry entry : found) {
            if (entry.stat().kind() == FileStat.Kind.FILE) {
                names.merge(key(entry.stat().device(), entry.stat().inode()), 1, Integer::sum);
            }
        }
        for (Kernel.Identity file : written) {
            long key = key(file.device(), file.inode());
            if (names.getOrDefault(key, 0) < count(key)) {
                return false;
            }
        }
        return true;
    }

    private int count(long key) {
        int place = Arrays.binarySearch(files, key);
        if (place < 0) {
            return 0;
        }
        int from = place;
        while (from > 0 && files[from - 1] == key) {
            from--;
        }
        int to = place + 1;
        while (to < files.length && files[to] == key) {
            to++;
        }
        return to - from;
    }

    /** Two files that share a key are taken for one: then too much is looked at, never too little. */
    private static long key(long device, long inode) {
        return inode ^ device * 0x9E3779B97F4A7C15L;
    }
}
