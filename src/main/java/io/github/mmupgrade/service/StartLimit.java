package io.github.mmupgrade.service;

import java.time.Duration;

/**
 * How often a service may be started before its manager refuses to start it again.
 *
 * @param starts how many starts are let through, from 1
 * @param within the time in which they count
 */
public record StartLimit(int starts, Duration within) {

    @Override
    public String toString() {
        return starts + " starts in " + within.toSeconds() + " s";
    }
}
