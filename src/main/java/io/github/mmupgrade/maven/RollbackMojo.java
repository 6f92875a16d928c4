package io.github.mmupgrade.maven;

import io.github.mmupgrade.engine.GoalArguments;
import io.github.mmupgrade.maven.parameters.PropertyNames;
import org.apache.maven.plugins.annotations.Mojo;
import org.apache.maven.plugins.annotations.Parameter;

/**
 * Rolls back to the state before the last upgrade: release, database and configuration.
 */
@Mojo(name = "rollback", requiresProject = false, aggregator = true, inheritByDefault = false, threadSafe = true)
public final class RollbackMojo extends AbstractMattermostMojo {

    /** The run to undo, with all later ones; by default the last one. */
    @Parameter(property = PropertyNames.ROLLBACK_TO)
    private String rollbackTo;

    /** Whether to roll back although users have written since the upgrade: what they wrote is then set aside. */
    @Parameter(property = PropertyNames.ROLLBACK_DISCARD_NEW_DATA, defaultValue = "false")
    private boolean discardNewData;

    @Override
    GoalArguments arguments() {
        return new GoalArguments.Rollback(rollbackTo, discardNewData);
    }
}
