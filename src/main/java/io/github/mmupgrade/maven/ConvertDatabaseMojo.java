package io.github.mmupgrade.maven;

import io.github.mmupgrade.context.UpgradeOptions;
import io.github.mmupgrade.conversion.ConversionOptions;
import io.github.mmupgrade.engine.GoalArguments;
import io.github.mmupgrade.engine.RequestSecrets;
import io.github.mmupgrade.maven.parameters.Choice;
import io.github.mmupgrade.maven.parameters.PropertyNames;
import io.github.mmupgrade.maven.session.Credentials;
import java.util.List;
import java.util.Optional;
import org.apache.maven.plugins.annotations.Mojo;
import org.apache.maven.plugins.annotations.Parameter;

/**
 * Moves the database of the installation from MySQL or MariaDB to an empty PostgreSQL database. Most of it is copied while
 * the server runs; every row is compared. The old database is only read, and {@code rollback} goes back to it.
 */
@Mojo(
        name = "convert-database",
        requiresProject = false,
        aggregator = true,
        inheritByDefault = false,
        threadSafe = true)
public final class ConvertDatabaseMojo extends AbstractMattermostMojo {

    /**
     * The empty PostgreSQL database, as {@code postgres://user@host:5432/database?sslmode=require}, without a password.
     * Where it is not given, the whole data source is the password of the server {@code mattermost.convert.serverId} in
     * settings.xml, or comes from the variable {@code MATTERMOST_CONVERSION_DATASOURCE}.
     */
    @Parameter(property = PropertyNames.CONVERT_DATABASE)
    private String convertDatabase;

    /** The server in settings.xml with the password of the PostgreSQL database, or with its whole data source. */
    @Parameter(property = PropertyNames.CONVERT_SERVER_ID, defaultValue = "mattermost-convert")
    private String convertServerId;

    /** Tables that are left out, separated by commas, such as those of a plugin that is no longer used; {@code *} stands for any characters. */
    @Parameter(property = PropertyNames.CONVERT_EXCLUDE)
    private List<String> convertExclude;

    /**
     * What happens to values that PostgreSQL does not take: {@code refuse} names them before the server is stopped;
     * {@code repair} changes them on their way, and writes each one down.
     */
    @Parameter(property = PropertyNames.CONVERT_ON_BAD_VALUE, defaultValue = "refuse")
    private String convertOnBadValue;

    @Override
    RequestSecrets secrets(Credentials credentials) {
        return super.secrets(credentials).converting(credentials.convertedDatabase(convertDatabase, convertServerId));
    }

    @Override
    GoalArguments arguments() {
        return new GoalArguments.Convert(options(convertExclude, convertOnBadValue, backup()));
    }

    /** How a database is converted, into whichever. */
    static ConversionOptions options(List<String> exclude, String onBadValue, UpgradeOptions.Backup backup) {
        return new ConversionOptions(
                Optional.empty(),
                exclude == null ? List.of() : exclude,
                Choice.of(ConversionOptions.OnBadValue.class, PropertyNames.CONVERT_ON_BAD_VALUE, onBadValue),
                backup.jobs());
    }
}
