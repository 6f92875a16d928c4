package io.github.mmupgrade.testing.standin;

import io.github.mmupgrade.release.Version;
import io.github.mmupgrade.testing.TestDatabase;
import io.github.mmupgrade.testing.TestPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.rules.ExternalResource;
import org.junit.rules.TemporaryFolder;

/** A test's directory, its empty PostgreSQL database and its stand-in servers; none of them outlives the test. */
public final class StandIns extends ExternalResource {

    private final TemporaryFolder folder = new TemporaryFolder();
    private final List<StandInInstallation> installations = new ArrayList<>();
    private final boolean md5;
    private TestDatabase database;

    /** For releases from 5.0 on. */
    public StandIns() {
        this(false);
    }

    private StandIns(boolean md5) {
        this.md5 = md5;
    }

    /** For the releases before 5.0, which need MD5 passwords; also good for later ones. */
    public static StandIns withMd5() {
        return new StandIns(true);
    }

    @Override
    protected void before() throws Throwable {
        folder.create();
        // the servers may run as a user who owns nothing of this
        folder.getRoot().setExecutable(true, false);
        folder.getRoot().setReadable(true, false);
        database = (md5 ? Md5Postgres.shared() : TestPostgres.shared()).createDatabase("standin", true);
    }

    @Override
    protected void after() {
        installations.forEach(StandInInstallation::close);
        folder.delete();
    }

    /** A path in the test's directory. */
    public Path path(String name) {
        return folder.getRoot().toPath().resolve(name);
    }

    /** The test's database. */
    public TestDatabase database() {
        return database;
    }

    /** A new installation of the team edition in {@code mattermost-VERSION}, on the test's database. */
    public StandInInstallation install(String version) {
        return add(StandInInstallation.create(StandInArchives.team(version), path("mattermost-" + version), database));
    }

    /** Has an installation closed at the test's end. */
    public StandInInstallation add(StandInInstallation installation) {
        installations.add(installation);
        return installation;
    }

    /** What unpacking another release over an installation and keeping its config, data and logs comes to. */
    public void replaceProgram(StandInInstallation installation, String version) {
        Path unpacked = path("unpacked-" + Version.parse(version));
        StandInInstallation next = StandInInstallation.create(StandInArchives.team(version), unpacked, database);
        try {
            Path bin = installation.directory().resolve("bin");
            Files.move(bin, path("bin-before-" + version));
            Files.move(next.directory().resolve("bin"), bin);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The number of a table's rows. */
    public long count(String table) {
        return Long.parseLong(value("SELECT count(*) FROM " + table));
    }

    /** What the row {@code Version} of table {@code Systems} says; null without one. */
    public String schema() {
        return value("SELECT Value FROM Systems WHERE Name = 'Version'");
    }

    /** The first column of a query's first row; null without a row. */
    public String value(String query) {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            return rows.next() ? rows.getString(1) : null;
        } catch (SQLException e) {
            throw new IllegalStateException(query, e);
        }
    }

    /** Makes a database that a server of an older or newer release might have left. */
    public void leaveSchema(String version) {
        execute(
                "CREATE TABLE Systems (Name varchar(64) PRIMARY KEY, Value varchar(1024))",
                "INSERT INTO Systems VALUES ('Version', '" + version + "')",
                "CREATE TABLE Teams (Id varchar(26) PRIMARY KEY, Name varchar(64), DeleteAt bigint)",
                "CREATE TABLE Users (Id varchar(26) PRIMARY KEY)",
                "CREATE TABLE Sessions (Id varchar(26) PRIMARY KEY)",
                "CREATE TABLE Jobs (Id varchar(26) PRIMARY KEY, Type varchar(32), Priority bigint, CreateAt bigint,"
                        + " StartAt bigint, LastActivityAt bigint, Status varchar(32), Progress bigint, Data varchar(1024))",
                "CREATE TABLE Channels (Id varchar(26) PRIMARY KEY)",
                "CREATE TABLE FileInfo (Id varchar(26) PRIMARY KEY)",
                "CREATE TABLE Threads (PostId varchar(26) PRIMARY KEY)",
                "CREATE TABLE Posts (Id varchar(26) PRIMARY KEY, Hashtags varchar(1000))");
    }

    /** Runs statements in the test's database. */
    public void execute(String... statements) {
        try {
            database.execute(statements);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
