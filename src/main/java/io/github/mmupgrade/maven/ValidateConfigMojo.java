package io.github.mmupgrade.maven;

import io.github.mmupgrade.maven.parameters.Choice;
import io.github.mmupgrade.maven.parameters.PropertyNames;
import io.github.mmupgrade.upgrade.Goals;
import java.util.List;
import org.apache.maven.plugins.annotations.Mojo;
import org.apache.maven.plugins.annotations.Parameter;

/** Compares the configuration with a release's default: unknown settings, wrong types, missing sections. Changes nothing. */
@Mojo(name = "validate-config", requiresProject = false, aggregator = true, inheritByDefault = false, threadSafe = true)
public final class ValidateConfigMojo extends AbstractTargetMojo {

    /** The output format: {@code text}, or {@code json} with secrets hidden. */
    @Parameter(property = PropertyNames.FORMAT, defaultValue = "text")
    private String format;

    @Override
    void carryOut(Goals goals) {
        goals.validateConfig(Choice.of(List.of("text", "json"), PropertyNames.FORMAT, format));
    }
}
