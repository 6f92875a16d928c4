package io.github.mmupgrade.database;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.database.postgres.PostgresServer;
import io.github.mmupgrade.host.LocalHost;
import io.github.mmupgrade.report.RefusedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

public class DatabaseToolsTest {

    private static final ServerVersion MARIADB = new ServerVersion("MariaDB", 10, 11, "10.11.6-MariaDB");
    private static final ServerVersion MYSQL = new ServerVersion("MySQL", 8, 0, "8.0.36");

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    private Path directory;
    private DatabaseTools tools;

    @Before
    public void open() {
        directory = folder.getRoot().toPath();
        tools = DatabaseTools.in(new LocalHost(), directory);
    }

    private void program(String name, String version) throws IOException {
        Path script = directory.resolve(name);
        Files.writeString(script, "#!/bin/sh\necho '" + version + "'\n");
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
    }

    @Test
    public void readTheVersionsThatProgramsSay() throws IOException {
        program("pg_dump", "pg_dump (PostgreSQL) 16.3 (Debian 16.3-1.pgdg120+1)");
        DatabaseTools.Tool pgDump = tools.postgres("pg_dump", PostgresServer.version(150018, "15.18"));
        assertEquals(16, pgDump.major());
        assertEquals("pg_dump 16.3", pgDump.text());
        program("mariadb-dump", "mariadb-dump from 11.4.2-MariaDB, client 10.19 for debian-linux-gnu (x86_64)");
        assertEquals("mariadb-dump 11.4.2-MariaDB", tools.mySqlDump(MARIADB).text());
        assertEquals(11, tools.mySqlDump(MARIADB).major());
    }

    @Test
    public void chooseTheProgramOfTheServersOwnFlavour() throws IOException {
        program("mariadb-dump", "mariadb-dump  Ver 10.19 Distrib 10.11.6-MariaDB, for debian-linux-gnu (x86_64)");
        program("mysqldump", "mysqldump  Ver 8.0.36 for Linux on x86_64 (MySQL Community Server - GPL)");
        assertEquals("mariadb-dump 10.11.6-MariaDB", tools.mySqlDump(MARIADB).text());
        assertEquals("mysqldump 8.0.36", tools.mySqlDump(MYSQL).text());
    }

    @Test
    public void nameThePackageOfWhatIsMissing() {
        RefusedException postgres = assertThrows(
                RefusedException.class, () -> tools.postgres("pg_dump", PostgresServer.version(130004, "13.4")));
        assertTrue(postgres.hint().text(), postgres.hint().text().contains("postgresql-client-13"));
        RefusedException mariaDb = assertThrows(RefusedException.class, () -> tools.mySqlDump(MARIADB));
        assertTrue(mariaDb.hint().text(), mariaDb.hint().text().contains("mariadb-client"));
        RefusedException none =
                assertThrows(RefusedException.class, () -> DatabaseTools.in(new LocalHost(), directory.resolve("no")));
        assertTrue(
                none.getMessage(),
                none.getMessage().contains(directory.resolve("no").toString()));
    }

    @Test
    public void refuseAProgramOlderThanTheServer() throws IOException {
        program("pg_dump", "pg_dump (PostgreSQL) 9.6.24");
        RefusedException e = assertThrows(
                RefusedException.class, () -> tools.postgres("pg_dump", PostgresServer.version(150018, "15.18")));
        assertTrue(e.getMessage(), e.getMessage().contains("older than the server"));
        assertEquals(9, tools.newestPostgres("pg_dump").major());
    }
}
