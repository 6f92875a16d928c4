package io.github.mmupgrade.conversion;

import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.journal.StageName;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.stages.Stage;
import java.util.List;
import java.util.Map;

/** Has the installed release make its tables in the empty PostgreSQL database. */
final class MakeSchemaStage implements Stage {

    private final ConversionRun conversion;

    MakeSchemaStage(ConversionRun conversion) {
        this.conversion = conversion;
    }

    @Override
    public StageName name() {
        return StageName.MAKE_SCHEMA;
    }

    @Override
    public List<String> plan(GoalContext context, Run run, int hop) {
        return List.of("start a copy of the installed release once on the empty database, on a port of 127.0.0.1 and"
                + " reaching nobody, so that it makes its tables");
    }

    @Override
    public Map<String, String> carryOut(GoalContext context, Run run, int hop) {
        CopiedServer.makeTables(context, conversion.target(), conversion.release(), Goal.CONVERT_DATABASE);
        context.reporter().info("Mattermost " + conversion.release() + " made its tables in " + conversion.target());
        return Map.of();
    }
}
