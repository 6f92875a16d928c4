package io.github.mmupgrade.transfer;

/**
 * What became of a table.
 *
 * @param table its name in PostgreSQL
 * @param rows how many rows it has
 * @param bytes about how large they were in MySQL
 * @param afterStop how many of the rows were copied after the stop
 */
public record TableReport(String table, long rows, long bytes, long afterStop) {}
