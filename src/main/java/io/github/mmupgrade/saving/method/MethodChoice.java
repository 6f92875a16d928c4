package io.github.mmupgrade.saving.method;

import io.github.mmupgrade.context.DatabaseSaving;
import io.github.mmupgrade.report.Amount;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.RefusedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What every way to save the database costs, and the one that is taken.
 *
 * @param forecasts the ways that are looked at
 * @param chosen the one that is taken; it may be one that is not possible, when the administrator asks for it
 */
public record MethodChoice(List<MethodForecast> forecasts, MethodForecast chosen) {

    /** A difference in downtime that is worth a longer way back. */
    private static final Duration NOTICEABLE = Duration.ofSeconds(5);

    /** Takes copies. */
    public MethodChoice {
        forecasts = List.copyOf(forecasts);
    }

    /**
     * Chooses the way with the shortest downtime; of those that differ by seconds only, the one with the shortest way
     * back.
     *
     * @param forecasts at least one is possible
     */
    static MethodChoice automatic(List<MethodForecast> forecasts) {
        List<MethodForecast> possible =
                forecasts.stream().filter(MethodForecast::isPossible).toList();
        Duration shortest = possible.stream()
                .map(MethodForecast::down)
                .min(Comparator.naturalOrder())
                .orElseThrow();
        return new MethodChoice(
                forecasts,
                possible.stream()
                        .filter(each -> each.down().compareTo(shortest.plus(NOTICEABLE)) <= 0)
                        .min(Comparator.comparing(
                                each -> each.cost().orElseThrow().wayBack()))
                        .orElseThrow());
    }

    /**
     * Why nothing must be stopped for it.
     *
     * @param limit the longest downtime that is accepted; null for any
     */
    public Optional<RefusedException> refusal(Duration limit) {
        if (!chosen.isPossible()) {
            return Optional.of(new RefusedException(
                    "The database cannot be saved by mattermost.backup.database=" + chosen.kind() + ": "
                            + withTable(chosen.text()),
                    chosen.hint()));
        }
        if (limit != null && chosen.down().compareTo(limit) > 0) {
            return Optional.of(new RefusedException(
                    withTable("Saving the database takes about " + Amount.duration(chosen.down())
                            + " while the server is stopped, more than the " + limit.toSeconds()
                            + " s of mattermost.maxDowntime."),
                    Hint.of(
                            "Set a larger mattermost.maxDowntime, choose another way with mattermost.backup.database, or"
                                    + " set it to command and use a snapshot of the storage.")));
        }
        return Optional.empty();
    }

    /** The way that is taken and what it costs, and below it the table of all ways. */
    public String text() {
        return withTable(chosen.kind()
                + chosen.cost()
                        .map(cost -> cost.down().isZero()
                                ? ""
                                : ", about " + Amount.duration(cost.down()) + " while the server is stopped")
                        .orElse("")
                + ": " + chosen.text());
    }

    private String withTable(String text) {
        List<String> lines = new ArrayList<>(List.of(text, row("way", "down", "rollback", "")));
        for (MethodForecast each : forecasts) {
            boolean taken = each.kind() == chosen.kind();
            lines.add(each.cost()
                    .map(cost -> row(
                            each.kind().toString(),
                            Amount.duration(cost.down()),
                            Amount.duration(cost.wayBack()),
                            taken ? "chosen" : each.text()))
                    .orElseGet(() -> row(
                            each.kind().toString(),
                            "-",
                            "-",
                            "not possible: " + each.text().replaceFirst("[.]$", "") + "." + each.remedy())));
        }
        return String.join("\n", lines);
    }

    private static String row(String way, String down, String back, String remark) {
        return String.format(Locale.ROOT, "  %-12s %-8s %-8s %s", way, down, back, remark)
                .stripTrailing();
    }

    /** Whether a frozen copy is going to be made. */
    public boolean freezes() {
        return chosen.kind() == DatabaseSaving.FROZEN;
    }
}
