package io.github.mmupgrade.database.access;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.datasource.DataSource;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.testing.TestDatabase;
import io.github.mmupgrade.testing.TestPostgres;
import org.junit.Test;

public class SameServerTest {

    private static DataSource admin(TestPostgres postgres) {
        return DataSource.parse("postgres://postgres:admin@127.0.0.1:" + postgres.port() + "/postgres?sslmode=disable");
    }

    @Test
    public void aDatabaseThatAKilledCopyLeftClosedIsNotTakenForOneOfTheSameNameElsewhere() {
        TestPostgres postgres = TestPostgres.shared();
        TestDatabase test = postgres.createDatabase("closed", true);
        DataSource own = DataSource.parse(test.dataSource());
        postgres.execute("ALTER DATABASE " + test.name() + " ALLOW_CONNECTIONS false");
        try (TestPostgres other = new TestPostgres()) {
            other.execute("CREATE DATABASE " + test.name());
            RefusedException refused =
                    assertThrows(RefusedException.class, () -> Databases.administered(admin(other), own));
            assertTrue(refused.getMessage(), refused.getMessage().contains("accepts no connections"));
            DataSource reached = Databases.administered(admin(postgres), own);
            assertEquals(test.name(), reached.database());
            assertEquals("postgres", reached.user());
        } finally {
            postgres.execute("ALTER DATABASE " + test.name() + " ALLOW_CONNECTIONS true");
        }
    }
}
