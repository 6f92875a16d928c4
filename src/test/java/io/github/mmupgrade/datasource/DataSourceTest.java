package io.github.mmupgrade.datasource;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.report.RefusedException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.Test;

public class DataSourceTest {

    private static final String NASTY = "p@ss:w/rd?#[1]%20&x=+ '\"\\;$HOME`(id)` \u00fc!<>|{}~^,*";

    @Test
    public void readsAPostgresUrl() {
        DataSource source = DataSource.parse(
                "postgres",
                "postgres://mmuser:secret@db.example.com:5433/mattermost?sslmode=disable&connect_timeout=10");
        assertEquals(DatabaseKind.POSTGRESQL, source.kind());
        assertEquals("db.example.com", source.host());
        assertEquals(5433, source.port());
        assertEquals("mattermost", source.database());
        assertEquals("mmuser", source.user());
        assertEquals("secret", source.password());
        assertEquals(Optional.of("disable"), source.parameter("sslmode"));
        assertEquals("10", source.parameters().get("connect_timeout"));
    }

    @Test
    public void fillsInWhatAnUrlLeavesOut() {
        DataSource source = DataSource.parse("postgres", "postgresql://mmuser@/");
        assertEquals("localhost", source.host());
        assertEquals(5432, source.port());
        assertEquals("mmuser", source.database());
        assertEquals("", source.password());
    }

    @Test
    public void readsEveryCharacterOfAPasswordInEveryForm() {
        for (DataSource source : List.of(
                DataSource.parse("postgres", "postgres://u:" + PercentCoding.encode(NASTY) + "@h:1/d?sslmode=disable"),
                DataSource.parse("postgres", "postgres://h:1/d?user=u&password=" + PercentCoding.encode(NASTY)),
                DataSource.parse(
                        "postgres",
                        "host=h port = 1 user=u dbname=d password='"
                                + NASTY.replace("\\", "\\\\").replace("'", "\\'") + "' sslmode=disable"),
                DataSource.parse("mysql", "u:" + NASTY + "@tcp(h:1)/d?charset=utf8mb4,utf8"),
                DataSource.parse("mysql://u:" + NASTY + "@tcp(h:1)/d"))) {
            assertEquals(NASTY, source.password());
            assertEquals("u", source.user());
            assertEquals("h:1/d", source.toString());
            DataSource other = source.withDatabase("other-1_x");
            assertEquals(NASTY, other.password());
            assertEquals("h:1/other-1_x", other.toString());
            assertEquals(source.parameters(), other.parameters());
            assertEquals(
                    source, DataSource.parse(source.kind() == DatabaseKind.MYSQL ? "mysql" : null, source.format()));
        }
    }

    @Test
    public void keepsTheFormWhenTheDatabaseChanges() {
        assertEquals(
                "postgres://u:p%40@h:1,h2:2/b?sslmode=disable&connect_timeout=10",
                DataSource.parse("postgres", "postgres://u:p%40@h:1,h2:2/a?sslmode=disable&connect_timeout=10")
                        .withDatabase("b")
                        .format());
        assertEquals(
                "postgres://h/b?x=1",
                DataSource.parse("postgres", "postgres://h/a?dbname=c&x=1")
                        .withDatabase("b")
                        .format());
        assertEquals(
                "user=u password='a b' host=/run/postgresql dbname=b",
                DataSource.parse("postgres", "user=u password='a b' host=/run/postgresql")
                        .withDatabase("b")
                        .format());
        assertEquals(
                "mysql://u:p@unix(/run/mysqld/s)/b?charset=utf8mb4,utf8",
                DataSource.parse("mysql://u:p@unix(/run/mysqld/s)/a?charset=utf8mb4,utf8")
                        .withDatabase("b")
                        .format());
        assertEquals("u@/b", DataSource.parse("mysql", "u@/a").withDatabase("b").format());
    }

    @Test
    public void takesAParameterBeforeAPartOfTheUrl() {
        DataSource source =
                DataSource.parse("postgres", "postgres://a:b@h/d?user=u&password=x+y&dbname=e&host=/run/pg&port=7");
        assertEquals("u", source.user());
        assertEquals("x y", source.password());
        assertEquals("e", source.database());
        assertEquals(Optional.of(Path.of("/run/pg")), source.socket());
        assertEquals(7, source.port());
    }

    @Test
    public void readsSockets() {
        assertEquals(
                Optional.of(Path.of("/var/run/postgresql")),
                DataSource.parse("postgres", "postgres://u@/d?host=/var/run/postgresql")
                        .socket());
        DataSource mySql = DataSource.parse("mysql", "u:p@unix(/run/mysqld/mysqld.sock)/d");
        assertEquals(Optional.of(Path.of("/run/mysqld/mysqld.sock")), mySql.socket());
        assertTrue(mySql.isLocal());
        assertEquals("/run/mysqld/mysqld.sock/d", mySql.toString());
    }

    @Test
    public void readsAddressesOfIpVersion6() {
        DataSource postgres = DataSource.parse("postgres", "postgres://u:p@[::1]:5433/d");
        assertEquals("::1", postgres.host());
        assertEquals("[::1]:5433/d", postgres.toString());
        assertTrue(postgres.isLocal());
        DataSource mySql = DataSource.parse("mysql", "u:p@tcp([de:ad:be:ef::ca:fe]:80)/d");
        assertEquals("de:ad:be:ef::ca:fe", mySql.host());
        assertEquals(80, mySql.port());
        assertEquals(3306, DataSource.parse("mysql", "u@tcp([::1])/d").port());
    }

    @Test
    public void refusesWhatTheServerItselfCouldNotReadAndShowsNoPartOfIt() {
        for (String text : List.of(
                "postgres://mmuser:a@b/c@localhost:5432/mattermost",
                "postgres://mmuser:12/c@localhost:5432/mattermost",
                "postgres://mmuser:12#c@localhost:5432/mattermost",
                "postgres://mmuser:12?c@localhost:5432/mattermost",
                "postgres://mmuser:x@sec ret:5432/mattermost",
                "postgres://mmuser:x@sec{ret:5432/mattermost",
                "postgres://mmuser:x@sec%2Fret:5432/mattermost",
                "postgres://mmuser:x@localhost:sec/mattermost",
                "postgres://mmuser:x%zz@localhost:5432/mattermost",
                "postgres://mmuser:x\n@localhost:5432/mattermost")) {
            RefusedException refused =
                    assertThrows(text, RefusedException.class, () -> DataSource.parse("postgres", text));
            String shown = refused.getMessage() + refused.hint().text().replaceAll("postgres://\\S+", "");
            assertFalse(shown, shown.contains("localhost") || shown.contains("sec") || shown.contains("12"));
        }
    }

    @Test
    public void tellsWhichUsersAndPasswordsNewerServersDoNotRead() {
        assertTrue(DataSource.needsPercentEncoding("postgres://mmuser:r2{b+i(jr@localhost:5432/mattermost"));
        assertTrue(DataSource.needsPercentEncoding("postgres://mm user:x@localhost/d"));
        assertFalse(DataSource.needsPercentEncoding("postgres://mmuser:r2%7Bb+i(jr-._~!$&'()*,;=%@localhost/d"));
        assertFalse(DataSource.needsPercentEncoding("mmuser:r2{b@tcp(localhost:3306)/d"));
        assertFalse(DataSource.needsPercentEncoding("host=/run user={ dbname=d"));
    }

    @Test
    public void takesEveryOneOfSeveralHosts() {
        DataSource url = DataSource.parse("postgres", "postgres://u@one:1,two:2/d");
        assertEquals("one:1,two:2/d", url.toString());
        assertEquals(
                "one:1,two:2/d",
                DataSource.parse("postgres", "host=one,two port=1,2 dbname=d user=u")
                        .toString());
    }

    @Test
    public void readsTheGoDriversShortForms() {
        DataSource source = DataSource.parse("mysql", "/d");
        assertEquals("127.0.0.1:3306/d", source.toString());
        assertEquals("", source.user());
        assertEquals("127.0.0.1:3306/d", DataSource.parse("mysql", "u:p@tcp/d").toString());
        assertEquals("p:q@r", DataSource.parse("mysql", "u:p:q@r@tcp(h)/d").password());
    }

    @Test
    public void refusesWithoutShowingTheSecret() {
        for (String[] bad : new String[][] {
            {"postgres", "postgres://u:S3CRET%zz@h/d"},
            {"postgres", "postgres://u:S3CRET/x@h/d"},
            {"postgres", "password=S3CRET dbname"},
            {"postgres", "password='S3CRET"},
            {"postgres", "postgres://u:S3CRET@h:99999/d"},
            {"mysql", "u:S3CRET@tcp(h:3306)"},
            {"mysql", "u:S3CRET@h:3306/d"},
            {"mysql", "u:S3CRET@tcp(h:x)/d"},
            {"mysql", "u:S3CRET@tcp(h:3306)/"},
            {"mysql", "postgres://u:S3CRET@h/d"},
            // a driver would take them for parameters
            {"mysql", "u:S3CRET@tcp(h?socketFactory=x&user=root&z=:3306)/d"},
            {"postgres", "host='h/d?user=root&x=' user=u password=S3CRET dbname=d"},
            {"postgres", "postgres://u:S3CRET@/d?host=h%2Fx%3Fuser%3Droot"},
            {"postgres", "postgres://u:S3CRET@/d?host=h,%2Frun%2Fsocket"},
            {"oracle", "u:S3CRET@h/d"},
            {"postgres", "  "},
        }) {
            RefusedException e = assertThrows(bad[1], RefusedException.class, () -> DataSource.parse(bad[0], bad[1]));
            assertFalse(e.getMessage(), (e.getMessage() + e.hint()).contains("S3CRET"));
            assertFalse(e.hint().text().isBlank());
        }
    }

    @Test
    public void tellsAConfigurationInADatabaseFromAFile() {
        assertTrue(DataSource.isDataSource("postgres://u:p@h/d"));
        assertTrue(DataSource.isDataSource("mysql://u:p@tcp(h)/d"));
        assertFalse(DataSource.isDataSource("/opt/mattermost/config/config.json"));
        assertFalse(DataSource.isDataSource(null));
    }
}
