package io.github.mmupgrade.download;

import java.time.Duration;

/** Waits between two attempts. */
@FunctionalInterface
public interface RetryDelay {
    void pause(Duration duration) throws InterruptedException;
}
