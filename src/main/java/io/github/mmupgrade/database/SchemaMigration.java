package io.github.mmupgrade.database;

/**
 * A row of {@code db_migrations}, where Mattermost from 6.0 on records each step of its schema.
 *
 * @param version the number of the migration, counted from 1
 * @param name its name, such as {@code create_teams}
 */
public record SchemaMigration(long version, String name) {}
