package io.github.mmupgrade.testing.standin.server;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.sql.SQLException;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Scanner;

/** The program of a stand-in archive: {@code bin/platform} or {@code bin/mattermost}. */
public final class StandInServer {

    private static final PrintStream OUT = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    private static final PrintStream ERR = new PrintStream(System.err, true, StandardCharsets.UTF_8);

    private final ReleaseLine line;
    private final Map<String, String> environment = System.getenv();
    private final Path programDirectory;
    private final ServerLog log;
    private Arguments arguments;
    private Configuration configuration;
    private Misbehaviour misbehaviour;
    private Store store;
    private Schema schema;

    private StandInServer(ReleaseLine line, Path programDirectory) {
        this.line = line;
        this.programDirectory = programDirectory;
        this.log = new ServerLog(line.from(1, 4) ? OUT : ERR, line.from(5, 0));
    }

    /**
     * Runs the program.
     *
     * @param args what the launcher was called with
     */
    public static void main(String[] args) {
        try (InputStream resource = StandInServer.class.getResourceAsStream("/standin.properties")) {
            Properties properties = new Properties();
            properties.load(resource);
            // the program itself, behind what the tests' servers share
            String classPath = System.getProperty("java.class.path");
            Path jar =
                    Path.of(classPath.substring(classPath.lastIndexOf(':') + 1)).toAbsolutePath();
            new StandInServer(ReleaseLine.of(properties), jar.getParent()).run(args);
        } catch (ServerFailure e) {
            ERR.println(e.getMessage());
            end(e.exitStatus());
        } catch (SQLException | Store.StoreException e) {
            ERR.println("panic: " + e.getMessage());
            end(1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void run(String[] args) throws SQLException {
        arguments = Arguments.parse(args, line);
        if (arguments.asksForVersion()) {
            answerVersion();
            end(0);
        }
        load();
        if (misbehaviour.asks("fail-start")) {
            throw new ServerFailure(1, "panic: told to fail");
        }
        if (arguments.flags().containsKey("upgrade_db_30")) {
            connect();
            askFor30();
            schema.upgradeTo30();
            end(0);
        }
        if (arguments.first().equals("db")) {
            new DatabaseCommand(line, this::connect, () -> schema, OUT).run(arguments);
            end(0);
        }
        if (arguments.words().isEmpty() || arguments.first().equals("server")) {
            serve();
        } else {
            throw new ServerFailure(1, "Error: unknown command \"" + arguments.first() + "\" for \"mattermost\"");
        }
    }

    /** The questions of the one migration that wants a person. */
    private void askFor30() {
        Scanner answers = new Scanner(System.in, StandardCharsets.UTF_8);
        OUT.println("Please backup your database before continuing. Have you performed a database backup? (YES/NO): ");
        if (!answers.hasNextLine() || !answers.nextLine().strip().equals("YES")) {
            throw new ServerFailure(1, "Aborting: the answer was not YES");
        }
        OUT.println("Enter the name of the primary team: ");
        String team = answers.hasNextLine() ? answers.nextLine().strip() : "";
        if (store.value("SELECT Id FROM Teams WHERE Name = ?", team) == null) {
            throw new ServerFailure(1, "Failed to find the primary team '" + team + "'");
        }
    }

    /** Before 6.5 this opens, and migrates, the database. */
    private void answerVersion() throws SQLException {
        boolean alone = line.answersVersionAlone() || arguments.flags().containsKey("skip-server-start");
        String databaseVersion = null;
        if (!alone) {
            load();
            connect();
            schema.migrate();
            if (line.from(5, 0)) {
                new ServerDirectories(configuration, programDirectory, log).make();
                databaseVersion = schema.recorded();
            }
            if (line.from(1, 4)) {
                log.info("Server is initializing...");
            }
        }
        (line.from(1, 4) ? OUT : ERR).print(line.versionText(databaseVersion));
    }

    private void load() throws SQLException {
        configuration = Configuration.load(line, environment, arguments.config(), programDirectory);
        Path misbehaviourPlace = configuration.directory() == null
                ? programDirectory.resolveSibling("config")
                : configuration.directory();
        misbehaviour = Misbehaviour.read(misbehaviourPlace, environment, line.version());
        pause(misbehaviour.number("start-delay", 0));
        configuration.prepare(log);
    }

    /** Waits for the database: up to 170 s from 3.10 on, not at all before. */
    private void connect() throws SQLException {
        double patience = line.from(3, 10) ? misbehaviour.number("connect-seconds", 170) : 0;
        long until = System.nanoTime() + (long) (patience * 1e9);
        while (true) {
            try {
                store = Store.open(configuration.source(), line);
                break;
            } catch (SQLException e) {
                if (System.nanoTime() >= until) {
                    throw new ServerFailure(line.from(3, 10) ? 102 : 2, "panic: Failed to ping DB: " + e.getMessage());
                }
                log.error("Failed to ping DB, retrying: " + e.getMessage());
                pause(Math.min(10, Math.max(0.2, patience / 10)));
            }
        }
        schema = new Schema(store, line, misbehaviour, log);
    }

    private void serve() throws SQLException {
        log.info("Server is initializing...");
        new ServerDirectories(configuration, programDirectory, log).openLog();
        connect();
        migrate();
        schema.check();
        if (misbehaviour.asks("leak-secrets")) {
            log.error("could not open " + configuration.text("SqlSettings.DataSource") + " for "
                    + configuration.source().password());
        }
        ServerDirectories directories = new ServerDirectories(configuration, programDirectory, log);
        directories.make();
        directories.installPlugins();
        Actions actions = new Actions(store, line, directories.files());
        Api api = new Api(actions, configuration, line, misbehaviour, log);
        Path client = programDirectory.resolveSibling("client");
        ClusterMember member = ClusterMember.of(store, configuration, line);
        Web web = new Web(configuration, line, misbehaviour, api, actions, client, member);
        web.adaptRootPage(log);
        BackgroundWork background = new BackgroundWork(store, line, misbehaviour, actions, member);
        background.beforeListening();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(web, background), "stop"));
        if (!misbehaviour.asks("never-bind")) {
            listen(web);
        }
        background.afterListening();
        new Outward(configuration, misbehaviour, log).reach();
        if (misbehaviour.asks("die-after")) {
            pause(misbehaviour.number("die-after", 10));
            log.error("panic: runtime error: told to die");
            end(2);
        }
        pause(Integer.MAX_VALUE);
    }

    /** A server alone takes the lock, too; nobody would notice but tests that kill it and would have to wait. */
    private void migrate() throws SQLException {
        if (!ClusterMember.isIn(configuration, line) || !line.recordsMigrations()) {
            schema.migrate();
            return;
        }
        schema.makeTables();
        MigrationLock lock = new MigrationLock(Store.open(configuration.source(), line), log);
        try {
            schema.migrate();
        } finally {
            lock.close();
        }
    }

    private void listen(Web web) {
        String address = configuration.text("ServiceSettings.ListenAddress");
        try {
            web.start();
            log.info("Server is listening on " + address);
        } catch (BindException e) {
            throw new ServerFailure(
                    line.from(3, 10) ? 1 : 2,
                    "Error starting server, err:listen tcp " + address + ": bind: " + e.getMessage());
        } catch (IOException | GeneralSecurityException e) {
            throw new ServerFailure(1, "Error starting server, err:" + e.getMessage());
        }
    }

    private void stop(Web web, BackgroundWork background) {
        log.info("Stopping Server...");
        if (misbehaviour.asks("hang-on-stop")) {
            pause(Integer.MAX_VALUE);
        }
        web.stop();
        background.end();
        pause(misbehaviour.number("stop-delay", 0.05));
        log.info("Server stopped");
        // the real one catches the signal and returns; a JVM that a signal ends would say 143
        end(0);
    }

    static void pause(double seconds) {
        try {
            Thread.sleep((long) (seconds * 1000));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(String.format(Locale.ROOT, "Interrupted in a pause of %.1f s", seconds), e);
        }
    }

    /** Ends at once, without the way that a signal takes. */
    private static void end(int status) {
        OUT.flush();
        ERR.flush();
        Runtime.getRuntime().halt(status);
    }
}
