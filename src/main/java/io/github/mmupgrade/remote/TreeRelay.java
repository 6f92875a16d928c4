package io.github.mmupgrade.remote;

import io.github.mmupgrade.agent.TreeFile;
import io.github.mmupgrade.agent.TreeTransfer;
import io.github.mmupgrade.backup.format.Manifest;
import io.github.mmupgrade.report.Amount;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.report.Reporter;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Copies a tree from one machine to another; what is there already is not sent again. */
final class TreeRelay {

    private TreeRelay() {}

    /**
     * Copies.
     *
     * @param name what it is, for messages
     * @return how many bytes were sent
     * @throws RefusedException when there is no room for it
     */
    static long run(RemoteTree from, TreeDestination to, String name, Reporter reporter) throws IOException {
        return run(
                from, to, name, reporter, (gone, wanted, meter) -> to.unpack(gone, metered(from.pack(wanted), meter)));
    }

    /** How the bytes get there. */
    @FunctionalInterface
    interface Way<E extends Exception> {
        /** Sends what is wanted, after what is gone was removed. */
        void send(List<TreeTransfer.Wanted> gone, List<TreeTransfer.Wanted> wanted, Reporter.Meter meter)
                throws IOException, E;
    }

    /** The same in another way than through this machine. */
    static <E extends Exception> long run(
            RemoteTree from, TreeDestination to, String name, Reporter reporter, Way<E> way) throws IOException, E {
        List<TreeTransfer.Wanted> wanted = TreeTransfer.missing(from.files(), to.files(), Manifest.NAME);
        Map<String, Long> sizes = new HashMap<>();
        from.files().forEach(file -> sizes.put(file.name(), file.size()));
        long bytes = wanted.stream()
                .mapToLong(each -> sizes.get(each.name()) - each.offset())
                .sum();
        long all = from.files().stream().mapToLong(TreeFile::size).sum();
        if (bytes > to.free()) {
            throw new RefusedException(
                    "There is no room for " + name + ": " + Amount.bytes(bytes) + " are to be sent, and "
                            + Amount.bytes(to.free()) + " are free at the destination. Nothing was changed there.",
                    Hint.of(
                            "Free some space, or set mattermost.backupDirectory to a directory on another file system."));
        }
        reporter.info("Sending " + name + ": " + Amount.bytes(bytes) + " of " + Amount.bytes(all) + " in "
                + Amount.of(wanted.size(), "file"));
        if (!wanted.isEmpty()) {
            try (Reporter.Meter meter = reporter.meter("sending " + name, bytes)) {
                way.send(TreeTransfer.gone(from.files(), to.files(), Manifest.NAME), wanted, meter);
            }
        }
        return bytes;
    }

    private static InputStream metered(InputStream stream, Reporter.Meter meter) {
        return new FilterInputStream(stream) {
            @Override
            public int read(byte[] target, int start, int length) throws IOException {
                int read = super.read(target, start, length);
                meter.advance(Math.max(0, read));
                return read;
            }
        };
    }
}
