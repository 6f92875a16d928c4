package io.github.mmupgrade.database;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;

/**
 * What a copy of a database holds, as checksums: known beforehand, because nobody but this process writes to it.
 *
 * @param tables its tables, by their names
 */
public record CopyContents(List<Table> tables) {

    public CopyContents {
        tables = List.copyOf(tables);
    }

    /**
     * A table.
     *
     * @param name its name as SQL has it, with its schema
     * @param columns its columns as SQL has them, separated by commas
     * @param key what a statement calls the columns of its primary key, separated by commas; empty when it has none
     * @param groups how many groups its rows are divided into, a power of two
     * @param rows the rows of each group that has some
     */
    public record Table(String name, String columns, String key, int groups, Map<Integer, Group> rows) {}

    /**
     * The rows of a group.
     *
     * @param rows how many there are
     * @param sum the sum of their checksums
     */
    public record Group(long rows, BigDecimal sum) {}
}
