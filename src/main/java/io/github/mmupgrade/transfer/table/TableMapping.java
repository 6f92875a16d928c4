package io.github.mmupgrade.transfer.table;

import io.github.mmupgrade.config.Secrets;
import io.github.mmupgrade.datasource.DatabaseNames;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.apache.commons.codec.digest.MurmurHash3;

/**
 * Which table goes where.
 *
 * @param source the table in MySQL
 * @param target the table in PostgreSQL
 * @param columns which column goes where, in the order of the target's
 * @param leftOver the columns of the source that have no place in the target
 */
public record TableMapping(
        SourceTable source, TargetTable target, List<ColumnMapping> columns, List<SourceColumn> leftOver) {

    public TableMapping {
        columns = List.copyOf(columns);
        leftOver = List.copyOf(leftOver);
    }

    /**
     * Finds out.
     *
     * @throws io.github.mmupgrade.report.RefusedException when a column of the target must have a value and gets none,
     *     or when there is no conversion for one
     */
    public static TableMapping of(SourceTable source, TargetTable target) {
        List<ColumnMapping> columns = new ArrayList<>();
        List<SourceColumn> left = new ArrayList<>(source.columns());
        for (TargetTable.Column column : target.columns()) {
            source.column(column.name().toLowerCase(Locale.ROOT)).ifPresent(from -> {
                columns.add(ColumnMapping.of(source, from, column));
                left.remove(from);
            });
        }
        return new TableMapping(source, target, columns, left);
    }

    /** The columns of the target that must have a value and get none. */
    public List<TargetTable.Column> missing() {
        List<TargetTable.Column> filled =
                columns.stream().map(ColumnMapping::target).toList();
        return target.columns().stream()
                .filter(column -> !column.nullable() && !column.hasDefault() && !filled.contains(column))
                .toList();
    }

    /** The columns of its key that are copied, as positions in {@link #columns}; empty when there is no whole key. */
    public List<Integer> key() {
        List<Integer> positions = new ArrayList<>();
        for (SourceColumn part : source.key()) {
            for (int i = 0; i < columns.size(); i++) {
                if (columns.get(i).source().equals(part)) {
                    positions.add(i);
                }
            }
        }
        return positions.size() == source.key().size() ? positions : List.of();
    }

    /**
     * A value of a key, for messages. One that is a secret, such as the token of an invitation, is shown by its checksum.
     *
     * @param position the column, as a position in {@link #columns}
     */
    public String keyText(int position, String value) {
        SourceColumn column = columns.get(position).source();
        return column + "="
                + (isSecret(column)
                        ? "***" + Integer.toHexString(MurmurHash3.hash32x86(value.getBytes(StandardCharsets.UTF_8)))
                        : DatabaseNames.printable(value));
    }

    /** Whether nobody may see its values: by the rules for settings, and the codes of OAuth. */
    public boolean isSecret(SourceColumn column) {
        return Secrets.isSecret(source + "." + column) || column.name().equalsIgnoreCase("code");
    }

    /** The columns of the key alone. */
    public TableMapping keyOnly() {
        return new TableMapping(source, target, key().stream().map(columns::get).toList(), List.of());
    }

    /** The expressions of a {@code SELECT} whose values the rows' converter reads. */
    public String selected() {
        return columns.stream().map(column -> selected(column.source())).collect(Collectors.joining(", "));
    }

    private static String selected(SourceColumn column) {
        String name = SourceTable.quoted(column.name());
        if (column.isInteger() || column.isText() || column.isBinary()) {
            return name;
        }
        return switch (column.type()) {
            case "bit" -> "CAST(" + name + " AS UNSIGNED)";
            // a float itself is printed with six digits only
            case "float" -> "CAST(" + name + " + 0e0 AS CHAR)";
            default -> "CAST(" + name + " AS CHAR)";
        };
    }

    /** The columns of the target that are filled, for {@code COPY}. */
    public String filled() {
        return TargetTable.quoted(columns.stream().map(ColumnMapping::target).toList());
    }

    @Override
    public String toString() {
        return target.toString();
    }
}
