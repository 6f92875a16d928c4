package io.github.mmupgrade.maven;

import io.github.mmupgrade.engine.GoalArguments;
import io.github.mmupgrade.maven.parameters.PropertyNames;
import org.apache.maven.plugins.annotations.Mojo;
import org.apache.maven.plugins.annotations.Parameter;

/**
 * Writes the report of a run again, as one HTML file, from what the journal and the run's directory tell. Changes nothing
 * else.
 */
@Mojo(name = "report", requiresProject = false, aggregator = true, inheritByDefault = false, threadSafe = true)
public final class ReportMojo extends AbstractMattermostMojo {

    /** The run to report on; by default the last one. */
    @Parameter(property = PropertyNames.REPORT_RUN)
    private String reportRun;

    @Override
    GoalArguments arguments() {
        return new GoalArguments.Report(reportRun);
    }
}
