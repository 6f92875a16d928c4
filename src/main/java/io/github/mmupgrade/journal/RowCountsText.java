package io.github.mmupgrade.journal;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.mmupgrade.database.RowCounts;
import java.util.HashMap;
import java.util.Map;

/** Row counts as texts for the journal. */
public final class RowCountsText {

    private static final ObjectMapper JSON = new ObjectMapper();

    private RowCountsText() {}

    public static String write(RowCounts counts) {
        try {
            return JSON.writeValueAsString(counts.tables());
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Counts can always be written as JSON", e);
        }
    }

    static RowCounts read(String text) {
        Map<String, Long> tables = new HashMap<>();
        try {
            JSON.readTree(text)
                    .properties()
                    .forEach(
                            entry -> tables.put(entry.getKey(), entry.getValue().asLong()));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("The journal's counts cannot be read", e);
        }
        return new RowCounts(tables);
    }
}
