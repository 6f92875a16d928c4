package io.github.mmupgrade.database.postgres;

import io.github.mmupgrade.database.RowCounts;
import io.github.mmupgrade.host.Command;
import io.github.mmupgrade.host.CommandResult;
import io.github.mmupgrade.host.Host;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.Pipe;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Drops everything in a database and loads a dump's script, both in one transaction.
 *
 * <p>The transaction is committed only when the script came to its end and the rows are as expected: whatever ends
 * earlier ends the session without a COMMIT.
 */
final class PostgresInPlace {

    /** What a script leaves behind that only drops what it knows: everything a newer release has added. */
    static final String DROP_ALL = """
            BEGIN;
            SET LOCAL lock_timeout = '60s';
            SET LOCAL client_min_messages = warning;
            SET LOCAL search_path = pg_catalog;
            DO $drop$
            DECLARE statement text;
            BEGIN
              FOREACH statement IN ARRAY ARRAY(
                SELECT what FROM (
                  SELECT 1 AS turn, format('DROP SCHEMA IF EXISTS %I CASCADE', nspname) AS what FROM pg_namespace n
                  WHERE nspname NOT LIKE 'pg\\_%' AND nspname NOT IN ('information_schema', 'public')
                    AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_namespace'::regclass
                                    AND d.objid = n.oid AND d.deptype = 'e')
                  UNION ALL
                  SELECT 2, format('DROP %s IF EXISTS public.%I CASCADE',
                      CASE relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'S' THEN 'SEQUENCE'
                                   WHEN 'f' THEN 'FOREIGN TABLE' ELSE 'TABLE' END, relname) FROM pg_class c
                  WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'S', 'f')
                    AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_class'::regclass
                                    AND d.objid = c.oid AND d.deptype IN ('e', 'a', 'i'))
                  UNION ALL
                  SELECT 3, format('DROP ROUTINE IF EXISTS %s CASCADE', p.oid::regprocedure) FROM pg_proc p
                  WHERE pronamespace = 'public'::regnamespace
                    AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass
                                    AND d.objid = p.oid AND d.deptype IN ('e', 'i'))
                  UNION ALL
                  SELECT 4, format('DROP TYPE IF EXISTS public.%I CASCADE', typname) FROM pg_type t
                  LEFT JOIN pg_class c ON c.oid = t.typrelid
                  WHERE typnamespace = 'public'::regnamespace AND (typtype IN ('e', 'd', 'r') OR c.relkind = 'c')
                    AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_type'::regclass
                                    AND d.objid = t.oid AND d.deptype IN ('e', 'i'))
                ) objects ORDER BY turn, what)
              LOOP
                EXECUTE statement;
              END LOOP;
            END
            $drop$;
            """;

    private final Host host;

    PostgresInPlace(Host host) {
        this.host = host;
    }

    /**
     * Runs it.
     *
     * @param script the program that writes the dump's statements
     * @param load the program that runs them
     * @param schema where tables of {@code expected} without a schema are
     * @param expected the rows it has to have; null when they aren't known
     * @return of the program that failed, else of {@code load}
     */
    CommandResult run(Command.Builder script, Command.Builder load, String schema, RowCounts expected) {
        ExecutorService threads = Executors.newSingleThreadExecutor(task -> {
            Thread thread = new Thread(task, "dump-script");
            thread.setDaemon(true);
            return thread;
        });
        try {
            Pipe pipe = Pipe.open();
            CompletableFuture<CommandResult> written = CompletableFuture.supplyAsync(
                    () -> write(script, new Patient(Channels.newOutputStream(pipe.sink())), schema, expected), threads);
            CommandResult loaded;
            try (InputStream statements = Channels.newInputStream(pipe.source())) {
                loaded = host.run(load.standardInput(statements).build());
            }
            CommandResult made = written.join();
            return made.succeeded() || !loaded.succeeded() ? loaded : made;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        } finally {
            threads.shutdown();
        }
    }

    private CommandResult write(Command.Builder script, OutputStream sink, String schema, RowCounts expected) {
        try (sink) {
            sink.write(DROP_ALL.getBytes(StandardCharsets.UTF_8));
            CommandResult result = host.run(script.standardOutput(sink).build());
            if (result.succeeded()) {
                sink.write(end(schema, expected).getBytes(StandardCharsets.UTF_8));
            }
            return result;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String end(String schema, RowCounts expected) {
        StringBuilder result = new StringBuilder("\n");
        if (expected != null) {
            result.append("DO $check$\nBEGIN\n");
            for (Map.Entry<String, Long> table : expected.tables().entrySet()) {
                int dot = table.getKey().indexOf('.');
                String name =
                        PostgresServer.quoted(dot < 0 ? schema : table.getKey().substring(0, dot)) + "."
                                + PostgresServer.quoted(table.getKey().substring(dot + 1));
                result.append("IF (SELECT count(*) FROM ")
                        .append(name)
                        .append(") <> ")
                        .append(table.getValue())
                        .append(" THEN RAISE EXCEPTION USING MESSAGE = ")
                        .append(PostgresServer.literal(
                                "table " + name + " does not have " + table.getValue() + " rows"))
                        .append("; END IF;\n");
            }
            result.append("END\n$check$;\n");
        }
        return result.append("COMMIT;\n").toString();
    }

    /** Swallows what nobody reads any more, so that the writing program comes to its end instead of waiting. */
    private static final class Patient extends OutputStream {
        private final OutputStream target;
        private boolean broken;

        Patient(OutputStream target) {
            this.target = target;
        }

        @Override
        public void write(int b) {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) {
            if (!broken) {
                try {
                    target.write(bytes, offset, length);
                } catch (IOException e) {
                    broken = true;
                }
            }
        }

        @Override
        public void close() throws IOException {
            target.close();
        }
    }
}
