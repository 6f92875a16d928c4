package io.github.mmupgrade.maven.parameters;

import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.report.Reporter;
import java.util.Set;
import java.util.TreeSet;
import org.apache.maven.execution.MavenSession;

/** Properties that begin as this plugin's do and are none of them: Maven passes over them without a word. */
public final class PropertySpelling {

    private static final String PREFIX = "mattermost.";
    private static final String SKIP = ".skip";

    private PropertySpelling() {}

    /**
     * Warns of such properties of the project, which may be the administrator's own.
     *
     * @throws RefusedException when one was given on the command line
     */
    public static void check(MavenSession session, Reporter reporter) {
        for (String name : unknown(session.getUserProperties().stringPropertyNames())) {
            throw new RefusedException(
                    "There is no property " + name + ". Nothing was changed.", Hint.of(advice(name)));
        }
        if (session.getCurrentProject() != null) {
            for (String name :
                    unknown(session.getCurrentProject().getProperties().stringPropertyNames())) {
                reporter.warn(
                        "The property " + name + " of the project is not a property of this plugin. " + advice(name));
            }
        }
    }

    private static Set<String> unknown(Set<String> given) {
        Set<String> known = PropertyNames.all();
        Set<String> found = new TreeSet<>();
        for (String name : given) {
            boolean ours = known.contains(name) || PropertyNames.nodeOf(name).isPresent();
            if (name.startsWith(PREFIX) && !name.endsWith(SKIP) && !ours) {
                found.add(name);
            }
        }
        return found;
    }

    private static String advice(String name) {
        return Choice.nearest(name, PropertyNames.all())
                .map(near -> "Did you mean " + near + "?")
                .orElse("The goal 'help' lists the properties of each goal.");
    }
}
