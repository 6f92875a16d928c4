package io.github.mmupgrade.runreport;

import io.github.mmupgrade.runreport.Timeline.Span;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Where moments are drawn. Goals may be called days apart: what lies between two of them takes little room. */
final class TimeScale {

    /** How much of the room a pause may take, as a part of all work. */
    private static final double PAUSE = 0.03;

    private final List<Span> parts = new ArrayList<>();
    private final double all;
    private final double pause;

    /** A scale that shows what happened in these times, at least one. */
    TimeScale(List<Span> shown) {
        List<Span> sorted = new ArrayList<>(shown);
        sorted.sort(Comparator.comparing(Span::begin));
        for (Span span : sorted) {
            Span before = parts.isEmpty() ? null : parts.get(parts.size() - 1);
            if (before != null && !span.begin().isAfter(before.end())) {
                Instant end = span.end().isAfter(before.end()) ? span.end() : before.end();
                parts.set(parts.size() - 1, new Span(before.begin(), end));
            } else {
                parts.add(span);
            }
        }
        double work = Math.max(1, millis(length()));
        pause = work * PAUSE;
        double sum = work;
        for (int i = 1; i < parts.size(); i++) {
            sum += gap(i);
        }
        all = sum;
    }

    /** How long was worked, pauses left out. */
    Duration length() {
        return parts.stream().map(Span::length).reduce(Duration.ZERO, Duration::plus);
    }

    private double gap(int part) {
        Duration gap =
                Duration.between(parts.get(part - 1).end(), parts.get(part).begin());
        return Math.min(pause, millis(gap));
    }

    /** Where a moment is, from 0 to 100. */
    double at(Instant moment) {
        double x = 0;
        for (int i = 0; i < parts.size(); i++) {
            Span part = parts.get(i);
            if (i > 0) {
                x += gap(i);
            }
            if (moment.isBefore(part.begin())) {
                // in the pause before it
                return 100 * (i > 0 ? x - gap(i) / 2 : 0) / all;
            }
            if (!moment.isAfter(part.end())) {
                return 100 * (x + millis(Duration.between(part.begin(), moment))) / all;
            }
            x += millis(part.length());
        }
        return 100;
    }

    private static double millis(Duration time) {
        return (double) time.toMillis();
    }
}
