package io.github.mmupgrade.transfer;

import io.github.mmupgrade.transfer.table.TableMapping;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;

/** Rows that MySQL sends one after another, so that no table is ever in memory. */
final class SourceRows implements AutoCloseable {

    /** Rows that are read ahead; some of them may be megabytes each. */
    private static final int AHEAD = 256;

    private final PreparedStatement statement;
    private final ResultSet rows;

    /**
     * Begins to read a range.
     *
     * @param selected the expressions, separated by commas
     */
    SourceRows(Connection source, TableMapping mapping, String selected, KeyRange range) throws SQLException {
        this(source, mapping, selected, range, Optional.empty());
    }

    /**
     * Begins to read some rows of a range.
     *
     * @param condition which; empty for all
     */
    SourceRows(Connection source, TableMapping mapping, String selected, KeyRange range, Optional<String> condition)
            throws SQLException {
        String in = range.condition(mapping.source());
        String and = condition
                .map(text -> (in.isEmpty() ? " WHERE " : " AND ") + text)
                .orElse("");
        String sql = "SELECT " + selected + " FROM " + mapping.source().quoted() + in + and;
        statement = source.prepareStatement(sql, ResultSet.TYPE_FORWARD_ONLY, ResultSet.CONCUR_READ_ONLY);
        boolean large =
                mapping.columns().stream().anyMatch(column -> column.source().isLarge());
        statement.setFetchSize(large ? 1 : AHEAD);
        range.bind(statement);
        rows = statement.executeQuery();
    }

    ResultSet rows() {
        return rows;
    }

    boolean next() throws SQLException {
        return rows.next();
    }

    @Override
    public void close() throws SQLException {
        statement.close();
    }
}
