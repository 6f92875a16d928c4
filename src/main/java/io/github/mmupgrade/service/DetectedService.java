package io.github.mmupgrade.service;

import java.util.List;

/**
 * A service that was found out, and why it is this one.
 *
 * @param control the service
 * @param reasons what was seen, each a sentence's part for people, such as {@code process 12 runs in it}
 */
public record DetectedService(ServiceControl control, List<String> reasons) {

    /** Freezes the reasons. */
    public DetectedService {
        reasons = List.copyOf(reasons);
    }

    @Override
    public String toString() {
        return control.kind() + " " + control.name() + " (" + String.join("; ", reasons) + ")";
    }
}
