package io.github.mmupgrade.maven;

import io.github.mmupgrade.maven.parameters.Choice;
import io.github.mmupgrade.maven.parameters.PropertyNames;
import io.github.mmupgrade.upgrade.Goals;
import java.util.List;
import org.apache.maven.plugins.annotations.Mojo;
import org.apache.maven.plugins.annotations.Parameter;

/** Shows what restore-config would write: which settings are added, changed or unknown. Changes nothing. */
@Mojo(name = "diff-config", requiresProject = false, aggregator = true, inheritByDefault = false, threadSafe = true)
public final class DiffConfigMojo extends AbstractTargetMojo {

    /** The output format: {@code text}, or {@code json} with secrets hidden. */
    @Parameter(property = PropertyNames.FORMAT, defaultValue = "text")
    private String format;

    @Override
    void carryOut(Goals goals) {
        goals.diffConfig(Choice.of(List.of("text", "json"), PropertyNames.FORMAT, format));
    }
}
