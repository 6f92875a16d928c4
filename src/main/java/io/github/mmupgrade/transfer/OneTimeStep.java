package io.github.mmupgrade.transfer;

import java.sql.Connection;
import java.sql.SQLException;

/**
 * Something that is done once in the new database, and noted in the same transaction.
 *
 * @param table the table that it is done with; empty for none
 * @param step its name among those of the table
 * @param task what it does
 */
record OneTimeStep(String table, String step, String doing, Workers.Task task) implements Workers.Task {

    /** The SQLSTATE of a value that must be unique and is there twice. */
    static final String UNIQUE_VIOLATION = "23505";

    @Override
    public void run(WorkerConnections connections) throws SQLException {
        Connection there = connections.target();
        TransferState state = new TransferState(there);
        if (state.isDone(table, step)) {
            return;
        }
        there.setAutoCommit(false);
        try {
            task.run(connections);
            state.done(table, step);
            there.commit();
        } finally {
            if (!there.isClosed()) {
                there.rollback();
                there.setAutoCommit(true);
            }
        }
    }
}
