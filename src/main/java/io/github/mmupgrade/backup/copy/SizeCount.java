package io.github.mmupgrade.backup.copy;

import io.github.mmupgrade.backup.format.BackupSource;
import io.github.mmupgrade.files.FileStat;
import io.github.mmupgrade.files.Trees;
import io.github.mmupgrade.host.Host;
import io.github.mmupgrade.host.Owner;
import io.github.mmupgrade.report.Reporter;
import java.io.IOException;
import java.util.List;

/** Adds up what a first copy has to copy, beside it, so that its progress can say how long it will take. */
final class SizeCount implements Runnable, AutoCloseable {

    private final Host host;
    private final Owner user;
    private final List<BackupSource> sources;
    private final Reporter.Meter meter;
    private final Thread thread = new Thread(this, "size-count");

    SizeCount(Host host, Owner user, List<BackupSource> sources, Reporter.Meter meter) {
        this.host = host;
        this.user = user;
        this.sources = sources;
        this.meter = meter;
    }

    void start() {
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void run() {
        try (Trees trees = new Trees(host, user)) {
            long bytes = 0;
            SourceWalk walk = new SourceWalk(sources, trees);
            while (walk.hasNext() && !Thread.currentThread().isInterrupted()) {
                FileStat stat = walk.next().stat();
                bytes += stat.kind() == FileStat.Kind.FILE ? stat.size() : 0;
            }
            meter.expect(bytes);
        } catch (IOException | RuntimeException e) {
            // the copy itself says what cannot be read; its progress then has no end
        }
    }

    @Override
    public void close() {
        thread.interrupt();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
