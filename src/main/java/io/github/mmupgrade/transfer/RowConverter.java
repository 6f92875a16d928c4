package io.github.mmupgrade.transfer;

import io.github.mmupgrade.transfer.table.ColumnMapping;
import io.github.mmupgrade.transfer.table.TableMapping;
import io.github.mmupgrade.transfer.value.BadValue;
import io.github.mmupgrade.transfer.value.BadValueHandler;
import io.github.mmupgrade.transfer.value.CopyLine;
import io.github.mmupgrade.transfer.value.JsonForm;
import io.github.mmupgrade.transfer.value.TextCheck;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Writes rows of one table as lines for PostgreSQL's {@code COPY}, and takes their fingerprints. */
public final class RowConverter {

    private static final byte[] FALSE = {'f'};
    private static final byte[] TRUE = {'t'};
    private static final byte[] EMPTY = {};
    private static final byte[] EMPTY_OBJECT = {'{', '}'};
    private static final Pattern TIMESTAMP =
            Pattern.compile("(\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d)(?:\\.(\\d*?)0*)?");
    private static final Pattern HALF_CHARACTER = Pattern.compile("\\p{Cs}");
    private static final BigInteger LONGEST = BigInteger.valueOf(Long.MAX_VALUE);

    private final TableMapping mapping;
    private final ColumnMapping[] columns;
    private final List<Integer> key;
    private final BadValueHandler bad;
    private final CopyLine line = new CopyLine();
    private final RowFingerprint fingerprint;
    private final boolean doubleEncoding;
    private ResultSet row;

    /**
     * A converter of one thread.
     *
     * @param fingerprints whether fingerprints are wanted
     * @param bad decides about values that PostgreSQL does not take
     */
    RowConverter(TableMapping mapping, boolean fingerprints, BadValueHandler bad) {
        this.mapping = mapping;
        this.columns = mapping.columns().toArray(ColumnMapping[]::new);
        this.key = mapping.key();
        this.bad = bad;
        this.fingerprint = fingerprints ? new RowFingerprint(mapping) : null;
        this.doubleEncoding = bad.looksForDoubleEncoding();
    }

    /** Converts the row that a result is at. */
    void convert(ResultSet current) throws SQLException {
        row = current;
        line.clear();
        if (fingerprint != null) {
            fingerprint.clear();
        }
        for (int i = 0; i < columns.length; i++) {
            if (i > 0) {
                line.raw((byte) '\t');
            }
            if (fingerprint != null) {
                fingerprint.begin(i, line.length());
            }
            write(i, columns[i]);
        }
        if (fingerprint != null) {
            fingerprint.end(line);
        }
        line.raw((byte) '\n');
    }

    /** The line of the row converted last, with its line break; valid until the next. */
    CopyLine line() {
        return line;
    }

    /** The fingerprint of the row converted last; valid until the next. */
    RowFingerprint fingerprint() {
        return fingerprint;
    }

    private void write(int index, ColumnMapping column) throws SQLException {
        switch (column.kind()) {
            case INTEGER, BITS -> integer(index, column);
            case BOOLEAN -> bool(index, column);
            case BYTES -> {
                byte[] value = bytes(index);
                if (value == null) {
                    absent(column, EMPTY);
                } else {
                    line.hex(value);
                }
            }
            default -> other(index, column);
        }
    }

    private void integer(int index, ColumnMapping column) throws SQLException {
        if ((column.source().type().equals("bigint") && column.source().isUnsigned())
                || column.kind() == ColumnMapping.Kind.BITS) {
            String text = row.getString(index + 1);
            if (text == null) {
                absent(column, new byte[] {'0'});
                return;
            }
            BigInteger value = new BigInteger(text);
            byte[] digits = ascii(value.toString());
            if (fingerprint != null) {
                fingerprint.bytes(digits);
            }
            boolean fits = isText(column) || column.target().type().equals("numeric") || value.compareTo(LONGEST) <= 0;
            if (!fits) {
                report(column, BadValue.Why.OUT_OF_RANGE, digits, ascii(LONGEST.toString()));
            }
            inRange(column, fits ? value : LONGEST);
            return;
        }
        long value = row.getLong(index + 1);
        if (value == 0 && row.wasNull()) {
            absent(column, new byte[] {'0'});
            return;
        }
        if (fingerprint != null) {
            fingerprint.number(value);
        }
        switch (column.target().type()) {
            case "int4" -> line.number(clamped(column, value, Integer.MIN_VALUE, Integer.MAX_VALUE));
            case "int2" -> line.number(clamped(column, value, Short.MIN_VALUE, Short.MAX_VALUE));
            default -> {
                int most = column.target().maxLength();
                if (most > 0 && most < 20 && Long.toString(value).length() > most) {
                    byte[] digits = ascii(Long.toString(value));
                    byte[] cut = TextCheck.cut(digits, most);
                    report(column, BadValue.Why.TOO_LONG, digits, cut);
                    line.raw(cut);
                } else {
                    line.number(value);
                }
            }
        }
    }

    private void inRange(ColumnMapping column, BigInteger value) {
        switch (column.target().type()) {
            case "int4" -> line.number(clamped(column, value.longValue(), Integer.MIN_VALUE, Integer.MAX_VALUE));
            case "int2" -> line.number(clamped(column, value.longValue(), Short.MIN_VALUE, Short.MAX_VALUE));
            default -> line.raw(ascii(value.toString()));
        }
    }

    private static boolean isText(ColumnMapping column) {
        return switch (column.target().type()) {
            case "varchar", "text", "bpchar" -> true;
            default -> false;
        };
    }

    private long clamped(ColumnMapping column, long value, long least, long most) {
        if (value >= least && value <= most) {
            return value;
        }
        long near = value < least ? least : most;
        report(column, BadValue.Why.OUT_OF_RANGE, ascii(Long.toString(value)), ascii(Long.toString(near)));
        return near;
    }

    private void bool(int index, ColumnMapping column) throws SQLException {
        long value = row.getLong(index + 1);
        if (value == 0 && row.wasNull()) {
            absent(column, FALSE);
            return;
        }
        if (fingerprint != null) {
            fingerprint.number(value);
        }
        if (value != 0 && value != 1) {
            report(column, BadValue.Why.NOT_BOOLEAN, ascii(Long.toString(value)), TRUE);
        }
        line.raw(value == 0 ? FALSE : TRUE);
    }

    private void other(int index, ColumnMapping column) throws SQLException {
        byte[] value = bytes(index);
        if (value == null) {
            absent(column, isJson(column) ? EMPTY_OBJECT : EMPTY);
            return;
        }
        switch (column.kind()) {
            case TEXT ->
                line.text(column.target().type().equals("bpchar") ? padded(column, value) : text(column, value));
            case LABEL -> {
                byte[] text = text(column, value);
                if (!column.target().labels().contains(new String(text, StandardCharsets.UTF_8))) {
                    report(column, BadValue.Why.UNKNOWN_LABEL, value, null);
                }
                line.text(text);
            }
            case JSON, JSONB -> line.text(json(column, value));
            case TEXT_ARRAY -> line.text(array(column, value));
            case FLOAT -> line.raw(floating(column, value));
            // without the zeros of ZEROFILL
            case DECIMAL ->
                line.raw(ascii(new BigDecimal(new String(value, StandardCharsets.US_ASCII)).toPlainString()));
            case DATE, TIMESTAMP -> date(column, value);
            default -> throw new IllegalStateException("No conversion for " + column);
        }
    }

    private static boolean isJson(ColumnMapping column) {
        return column.kind() == ColumnMapping.Kind.JSON || column.kind() == ColumnMapping.Kind.JSONB;
    }

    private byte[] bytes(int index) throws SQLException {
        byte[] value = row.getBytes(index + 1);
        if (fingerprint != null && value != null) {
            fingerprint.bytes(value);
        }
        return value;
    }

    private void absent(ColumnMapping column, byte[] instead) {
        if (column.target().nullable()) {
            line.nothing();
            return;
        }
        if (column.kind() == ColumnMapping.Kind.LABEL) {
            report(column, BadValue.Why.UNKNOWN_LABEL, null, null);
        }
        byte[] value =
                switch (column.kind()) {
                    case TEXT_ARRAY -> EMPTY_OBJECT;
                    case DATE -> ascii("1970-01-01");
                    case TIMESTAMP -> ascii("1970-01-01 00:00:00");
                    case DECIMAL, FLOAT -> new byte[] {'0'};
                    default -> instead;
                };
        report(column, BadValue.Why.NULL, null, value);
        if (column.kind() == ColumnMapping.Kind.BYTES) {
            line.hex(value);
        } else {
            line.raw(value);
        }
    }

    private byte[] text(ColumnMapping column, byte[] value) {
        int most = column.target().maxLength();
        TextCheck check = TextCheck.of(value, most);
        if (check.isSound()) {
            lookForDoubleEncoding(column, value);
            return value;
        }
        byte[] result = value;
        if (check.hasNul()) {
            result = TextCheck.withoutNul(result);
            report(column, BadValue.Why.NUL, value, result);
        }
        if (!check.isValid()) {
            result = TextCheck.madeValid(result);
            report(column, BadValue.Why.INVALID_UTF8, value, result);
        }
        if (TextCheck.of(result, most).isLongerThan(most)) {
            result = TextCheck.cut(result, most);
            report(column, BadValue.Why.TOO_LONG, value, result);
        }
        return result;
    }

    private void lookForDoubleEncoding(ColumnMapping column, byte[] value) {
        if (doubleEncoding && TextCheck.looksDoubleEncoded(value)) {
            bad.doubleEncoded(mapping.source().name(), column.source().name(), keyInWords());
        }
    }

    /** What {@code char(n)} gives back: blanks up to its length. */
    private byte[] padded(ColumnMapping column, byte[] value) {
        int end = value.length;
        while (end > 0 && value[end - 1] == ' ') {
            end--;
        }
        byte[] text = text(column, Arrays.copyOf(value, end));
        int missing = Math.max(0, column.target().maxLength() - TextCheck.characters(text));
        byte[] padded = Arrays.copyOf(text, text.length + missing);
        Arrays.fill(padded, text.length, padded.length, (byte) ' ');
        return padded;
    }

    private byte[] floating(ColumnMapping column, byte[] value) {
        byte[] text = number(column, new String(value, StandardCharsets.US_ASCII));
        if (!new String(text, StandardCharsets.US_ASCII).endsWith("Infinity")) {
            return text;
        }
        byte[] near = number(column, (value[0] == '-' ? "-" : "") + Float.MAX_VALUE);
        report(column, BadValue.Why.OUT_OF_RANGE, value, near);
        return near;
    }

    private byte[] json(ColumnMapping column, byte[] value) {
        byte[] valid = value;
        if (!TextCheck.of(value, 0).isValid()) {
            valid = TextCheck.madeValid(value);
            report(column, BadValue.Why.INVALID_UTF8, value, valid);
        }
        lookForDoubleEncoding(column, valid);
        JsonForm.Result form = JsonForm.of(valid);
        if (form.text() == null) {
            report(column, BadValue.Why.INVALID_JSON, value, EMPTY_OBJECT);
            return EMPTY_OBJECT;
        }
        if (column.kind() == ColumnMapping.Kind.JSON) {
            // kept as it is written; it is only looked at when it is read
            return valid;
        }
        if (form.nul()) {
            report(column, BadValue.Why.NUL_IN_JSON, value, form.text());
        }
        if (form.half()) {
            report(column, BadValue.Why.HALF_CHARACTER, value, form.text());
        }
        return form.text();
    }

    private byte[] array(ColumnMapping column, byte[] value) {
        List<String> texts = value.length == 0 ? null : JsonForm.texts(value);
        if (texts == null) {
            report(column, BadValue.Why.NOT_AN_ARRAY, value, EMPTY_OBJECT);
            return EMPTY_OBJECT;
        }
        StringBuilder array = new StringBuilder("{");
        for (String each : texts) {
            String whole = HALF_CHARACTER.matcher(each).replaceAll("\uFFFD");
            if (!whole.equals(each)) {
                report(column, BadValue.Why.HALF_CHARACTER, value, whole.getBytes(StandardCharsets.UTF_8));
            }
            String text = new String(text(column, whole.getBytes(StandardCharsets.UTF_8)), StandardCharsets.UTF_8);
            if (array.length() > 1) {
                array.append(',');
            }
            if (text.isEmpty() || text.equalsIgnoreCase("null") || text.chars().anyMatch(RowConverter::needsQuotes)) {
                array.append('"')
                        .append(text.replace("\\", "\\\\").replace("\"", "\\\""))
                        .append('"');
            } else {
                array.append(text);
            }
        }
        return array.append('}').toString().getBytes(StandardCharsets.UTF_8);
    }

    private static boolean needsQuotes(int each) {
        return each == '"'
                || each == '\\'
                || each == '{'
                || each == '}'
                || each == ','
                || each == ' '
                || (each >= 9 && each <= 13);
    }

    private void date(ColumnMapping column, byte[] value) {
        String text = new String(value, StandardCharsets.US_ASCII);
        boolean day = column.kind() == ColumnMapping.Kind.DATE;
        Matcher parts = TIMESTAMP.matcher(day ? text + " 00:00:00" : text);
        if (parts.matches() && isDay(text.substring(0, 10))) {
            String fraction = parts.group(2) == null ? "" : parts.group(2);
            line.raw(ascii(day ? text : parts.group(1) + (fraction.isEmpty() ? "" : "." + fraction)));
            return;
        }
        byte[] instead = column.target().nullable() ? null : ascii(day ? "1970-01-01" : "1970-01-01 00:00:00");
        report(column, BadValue.Why.NO_DATE, value, instead);
        if (instead == null) {
            line.nothing();
        } else {
            line.raw(instead);
        }
    }

    /** MySQL may hold 0000-00-00, and with some settings the 31st of any month. */
    private static boolean isDay(String text) {
        try {
            return LocalDate.parse(text).getYear() > 0;
        } catch (DateTimeParseException e) {
            return false;
        }
    }

    /** The same text for the same number, whichever server has printed it. */
    static byte[] number(ColumnMapping column, String text) {
        return ascii(
                column.target().type().equals("float4")
                        ? Float.toString(Float.parseFloat(text))
                        : Double.toString(Double.parseDouble(text)));
    }

    private void report(ColumnMapping column, BadValue.Why why, byte[] before, byte[] after) {
        String words = keyInWords();
        bad.found(
                new BadValue(
                        mapping.source().name(),
                        column.source().name(),
                        words.isEmpty() ? "a row without a key" : words,
                        why),
                before,
                after);
    }

    private String keyInWords() {
        List<String> parts = new ArrayList<>();
        try {
            for (int position : key) {
                parts.add(mapping.keyText(position, String.valueOf(row.getString(position + 1))));
            }
        } catch (SQLException e) {
            parts.add("unreadable");
        }
        return String.join(", ", parts);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
