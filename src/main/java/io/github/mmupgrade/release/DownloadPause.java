package io.github.mmupgrade.release;

import java.time.Duration;

/** Waits between two attempts. */
@FunctionalInterface
interface DownloadPause {
    void pause(Duration duration) throws InterruptedException;
}
