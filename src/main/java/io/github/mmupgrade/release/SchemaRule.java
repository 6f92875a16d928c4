package io.github.mmupgrade.release;

import java.util.Objects;
import java.util.Optional;

/**
 * What a server does about the schema that it finds, from one server version up to the next rule's.
 *
 * @param server the first server version that it is about
 * @param oldestSchema the oldest schema that the server takes to its own
 * @param startsOnNewerSchema whether the server starts on a schema that is newer than itself, which can lose data
 * @param refusal what the server does about an older schema, for a person
 * @param commandBelow schemas below this one need {@code -upgrade_db_30} before the server starts; empty when none does
 */
record SchemaRule(
        Version server,
        Version oldestSchema,
        boolean startsOnNewerSchema,
        String refusal,
        Optional<Version> commandBelow) {

    SchemaRule {
        Objects.requireNonNull(server);
        Objects.requireNonNull(oldestSchema);
        Objects.requireNonNull(refusal);
        Objects.requireNonNull(commandBelow);
    }

    /** What a server of this version does about a schema. */
    SchemaVerdict judge(Version schema, Version asked) {
        Version own = asked.lineStart();
        Version found = schema.lineStart();
        if (own.below(found)) {
            return startsOnNewerSchema
                    ? new SchemaVerdict(
                            SchemaVerdict.Outcome.STARTS_ON_NEWER, "the server starts on a newer schema and only warns")
                    : new SchemaVerdict(SchemaVerdict.Outcome.REFUSES_NEWER, "the server refuses a newer schema");
        }
        if (found.below(oldestSchema)) {
            return new SchemaVerdict(SchemaVerdict.Outcome.REFUSES_OLDER, refusal);
        }
        if (commandBelow.isPresent() && found.below(commandBelow.get())) {
            return new SchemaVerdict(
                    SchemaVerdict.Outcome.NEEDS_COMMAND,
                    "the server stops until -upgrade_db_30 has been run with the primary team's name");
        }
        return found.equals(own)
                ? new SchemaVerdict(SchemaVerdict.Outcome.SAME, "the schema is the server's own")
                : new SchemaVerdict(SchemaVerdict.Outcome.MIGRATES, "the server migrates the schema to its own");
    }
}
