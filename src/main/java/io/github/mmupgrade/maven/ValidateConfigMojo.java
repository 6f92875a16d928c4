package io.github.mmupgrade.maven;

import io.github.mmupgrade.maven.parameters.Choice;
import io.github.mmupgrade.maven.parameters.PropertyNames;
import io.github.mmupgrade.upgrade.Goals;
import java.util.List;
import org.apache.maven.plugins.annotations.Mojo;
import org.apache.maven.plugins.annotations.Parameter;

/** Holds the configuration against a release's default: unknown settings, wrong types, missing sections. Reads only; changes nothing. */
@Mojo(name = "validate-config", requiresProject = false, aggregator = true, inheritByDefault = false, threadSafe = true)
public final class ValidateConfigMojo extends AbstractTargetMojo {

    /** How it is printed: {@code text} for people, or {@code json} with secrets hidden. */
    @Parameter(property = PropertyNames.FORMAT, defaultValue = "text")
    private String format;

    @Override
    void carryOut(Goals goals) {
        goals.validateConfig(Choice.of(List.of("text", "json"), PropertyNames.FORMAT, format));
    }
}
