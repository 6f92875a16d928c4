package io.github.mmupgrade.rehearsal;

import io.github.mmupgrade.preflight.CheckResult;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.Reporter;

/**
 * What the goals say of the copy, marked as such. Their hints are left out: a command in them would be about the
 * original.
 */
final class QuietReporter implements Reporter {

    private static final String MARK = "rehearsal | ";

    private final Reporter reporter;

    QuietReporter(Reporter reporter) {
        this.reporter = reporter;
    }

    /** Lists and tables are in the report, as far as they matter; the checks were shown for the original. */
    @Override
    public void info(String line) {
        if (CheckResult.isShownBy(line) || line.isBlank() || Character.isWhitespace(line.charAt(0))) {
            reporter.debug(MARK + line);
        } else {
            reporter.info(MARK + line);
        }
    }

    @Override
    public void warn(String line) {
        if (CheckResult.isShownBy(line)) {
            reporter.debug(MARK + line);
        } else {
            reporter.warn(MARK + line);
        }
    }

    @Override
    public void hint(Hint hint) {
        reporter.debug(MARK + hint);
    }

    @Override
    public void debug(String line) {
        reporter.debug(MARK + line);
    }

    @Override
    public Meter meter(String label, long totalBytes) {
        return reporter.meter(MARK + label, totalBytes);
    }
}
