package io.github.mmupgrade.fuzz;

import io.github.mmupgrade.datasource.DataSource;

/** A data source in each form; what is written of one is read again. */
public final class DataSourceFuzz {

    private DataSourceFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
        String text = Fuzzing.text(input);
        for (String driver : new String[] {null, "postgres", "mysql"}) {
            Fuzzing.endsWell(() -> {
                DataSource source = DataSource.parse(driver, text);
                DataSource again = DataSource.parse(driver, source.format());
                if (!again.host().equals(source.host()) || !again.database().equals(source.database())) {
                    throw new AssertionError("It is read as another database when it was written");
                }
            });
        }
        DataSource.isDataSource(text);
        DataSource.needsPercentEncoding(text);
    }
}
