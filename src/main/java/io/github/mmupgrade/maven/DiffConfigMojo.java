package io.github.mmupgrade.maven;

import io.github.mmupgrade.maven.parameters.Choice;
import io.github.mmupgrade.maven.parameters.PropertyNames;
import io.github.mmupgrade.upgrade.Goals;
import java.util.List;
import org.apache.maven.plugins.annotations.Mojo;
import org.apache.maven.plugins.annotations.Parameter;

/** Says what restore-config would write: what is added, changed, unknown. Reads only; changes nothing. */
@Mojo(name = "diff-config", requiresProject = false, aggregator = true, inheritByDefault = false, threadSafe = true)
public final class DiffConfigMojo extends AbstractTargetMojo {

    /** How it is printed: {@code text} for people, or {@code json} with secrets hidden. */
    @Parameter(property = PropertyNames.FORMAT, defaultValue = "text")
    private String format;

    @Override
    void carryOut(Goals goals) {
        goals.diffConfig(Choice.of(List.of("text", "json"), PropertyNames.FORMAT, format));
    }
}
