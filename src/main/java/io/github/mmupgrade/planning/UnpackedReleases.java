package io.github.mmupgrade.planning;

import io.github.mmupgrade.journal.JournalKeys;
import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.journal.StageName;
import java.nio.file.Files;
import java.nio.file.Path;

/** Whether the releases of a run are unpacked beside the installation. */
public final class UnpackedReleases {

    private UnpackedReleases() {}

    /** Whether everything is unpacked that is still to be installed. */
    public static boolean isComplete(Run run) {
        return run.isDone(0, StageName.DOWNLOAD) && allUnpacked(run);
    }

    private static boolean allUnpacked(Run run) {
        for (int hop = 1; hop <= run.hops(); hop++) {
            if (!has(run, hop)) {
                return false;
            }
        }
        return true;
    }

    /** Whether the release of a hop is unpacked, or was and is being installed. */
    public static boolean has(Run run, int hop) {
        return run.isBegun(hop, StageName.INSTALL)
                || run.fact(hop, JournalKeys.NEXT)
                        .filter(next -> Files.isDirectory(Path.of(next)))
                        .isPresent();
    }
}
