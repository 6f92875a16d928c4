package io.github.mmupgrade.cluster.node;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.mmupgrade.config.ConfigDocument;
import io.github.mmupgrade.config.EffectiveConfiguration;
import io.github.mmupgrade.config.Secrets;
import io.github.mmupgrade.context.GoalContext;
import io.github.mmupgrade.context.InstalledRelease;
import io.github.mmupgrade.context.InstalledServer;
import io.github.mmupgrade.context.StartBan;
import io.github.mmupgrade.database.ClusterNode;
import io.github.mmupgrade.database.Database;
import io.github.mmupgrade.database.access.Databases;
import io.github.mmupgrade.files.Digests;
import io.github.mmupgrade.files.ExclusiveLock;
import io.github.mmupgrade.files.RawName;
import io.github.mmupgrade.files.Trees;
import io.github.mmupgrade.journal.Run;
import io.github.mmupgrade.preflight.OtherNodes;
import io.github.mmupgrade.release.Version;
import io.github.mmupgrade.report.IoReason;
import io.github.mmupgrade.report.Json;
import io.github.mmupgrade.report.ProblemException;
import io.github.mmupgrade.rollback.Rollback;
import io.github.mmupgrade.server.ServerAnswer;
import io.github.mmupgrade.server.ServerProbe;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Finds out what a node says of itself. Reads only. */
public final class NodeInspection {

    private static final Duration ONE_ANSWER = Duration.ofSeconds(5);

    private static final Duration LATELY = Duration.ofHours(1);

    /** More entries would take longer to read than they tell. */
    private static final int ENTRIES = 1000;

    private final GoalContext context;
    private final Rollback rollback;
    private final String question;
    private final List<String> notKnown = new ArrayList<>();

    /**
     * An inspection.
     *
     * @param question something random, the same for all nodes of one question: secrets are compared by it
     */
    public NodeInspection(GoalContext context, Rollback rollback, String question) {
        this.context = context.forReading();
        this.rollback = rollback;
        this.question = question;
    }

    /** Asks everything; what cannot be found out is left open. */
    public NodeState state() {
        InstalledServer server = context.server();
        Optional<InstalledRelease> release =
                known(() -> InstalledRelease.known(context, server)).flatMap(found -> found);
        ServerAnswer answer = known(() -> new ServerProbe(server.listenAddress(), ONE_ANSWER).ask())
                .orElse(ServerAnswer.none("not asked"));
        Optional<Path> store = known(server::fileStore).flatMap(found -> found);
        return new NodeState(
                names(),
                context.clock().millis(),
                release.map(found -> found.version().toString()).orElse(null),
                release.map(found -> found.edition().key()).orElse(null),
                known(() -> server.control().kind() + " " + server.control().name() + ", "
                                + server.control().state())
                        .orElse(null),
                known(() -> server.running().isPresent()).orElse(false),
                answer.toString(),
                answer.healthy(),
                answer.release().map(Version::toString).orElse(null),
                known(() -> database(server)).orElse(null),
                store.map(Path::toString).orElseGet(() -> known(() -> server.effective()
                                .text("FileSettings.DriverName")
                                .orElse("local"))
                        .orElse(null)),
                store.isPresent()
                        ? identityOf(store.get())
                        : known(() -> bucket(server.effective())).orElse(null),
                known(() -> server.effective().flag("ClusterSettings.Enable", false))
                        .orElse(false),
                known(() -> settings(server.effective())).orElse(Map.of()),
                run(),
                worker(),
                StartBan.of(context).reason().orElse(null),
                notKnown);
    }

    /** A question. */
    private interface Question<T> {
        T ask();
    }

    private <T> Optional<T> known(Question<T> question) {
        try {
            return Optional.ofNullable(question.ask());
        } catch (ProblemException | UncheckedIOException e) {
            if (!notKnown.contains(e.getMessage())) {
                notKnown.add(e.getMessage());
            }
            return Optional.empty();
        }
    }

    private List<String> names() {
        List<String> names = new ArrayList<>(List.of(context.host().name()));
        try (Stream<NetworkInterface> all = NetworkInterface.networkInterfaces()) {
            all.flatMap(NetworkInterface::inetAddresses)
                    .filter(address -> !address.isLoopbackAddress() && !address.isLinkLocalAddress())
                    .forEach(address -> names.add(address.getHostAddress()));
        } catch (SocketException e) {
            notKnown.add("The addresses of this machine: " + IoReason.of(e));
        }
        for (String setting : List.of("ClusterSettings.OverrideHostname", "ClusterSettings.AdvertiseAddress")) {
            known(() -> context.server().effective().text(setting))
                    .flatMap(found -> found)
                    .filter(name -> !name.isBlank())
                    .ifPresent(names::add);
        }
        return names;
    }

    private NodeDatabase database(InstalledServer server) {
        try (Database database = server.openDatabaseUnchecked()) {
            return new NodeDatabase(
                    database.dataSource().toString(),
                    Databases.identity(database.dataSource()),
                    database.schemaVersion().map(Version::toString).orElse(""),
                    OtherNodes.lively(context, database).stream()
                            .map(ClusterNode::hostname)
                            .toList());
        }
    }

    private static String bucket(EffectiveConfiguration effective) {
        return effective.text("FileSettings.AmazonS3Endpoint").orElse("") + " "
                + effective.text("FileSettings.AmazonS3Bucket").orElse("") + " "
                + effective.text("FileSettings.AmazonS3PathPrefix").orElse("");
    }

    /**
     * What tells one directory from every other: when what is in it was last changed. A network file system gives
     * these times as its server has them; two stores with the same files differ in them.
     */
    private String identityOf(Path store) {
        Map<String, FileTime> entries = new TreeMap<>();
        // a network file system may keep root out, and lets the server's user in
        try (Trees trees = new Trees(context.host(), context.server().user())) {
            Path directory = trees.get().real(store);
            String[] names = trees.get().names(directory);
            for (int i = 0; i < Math.min(ENTRIES, names.length); i++) {
                long changed =
                        trees.get().stat(RawName.resolve(directory, names[i])).ctime();
                entries.put(names[i], FileTime.from(changed, TimeUnit.NANOSECONDS));
            }
        } catch (NoSuchFileException e) {
            // other nodes have one, or each lacks its own
            notKnown.add("The file store " + store + " is not there");
            return "not there on " + context.host().name();
        } catch (IOException | ProblemException e) {
            notKnown.add("The file store " + store + " cannot be read: "
                    + (e instanceof IOException io ? IoReason.of(io) : e.getMessage()));
            return null;
        }
        // what has changed just now may not be known yet on a machine that caches it
        FileTime lately = FileTime.from(context.clock().instant().minus(LATELY));
        Map<String, FileTime> older = new TreeMap<>(entries);
        older.values().removeIf(time -> time.compareTo(lately) > 0);
        return Digests.sha256((older.isEmpty() ? store.getFileName() + " " + entries : older.toString())
                .getBytes(StandardCharsets.UTF_8));
    }

    private Map<String, String> settings(EffectiveConfiguration effective) {
        ConfigDocument document = effective.asDocument();
        Map<String, String> found = new TreeMap<>();
        for (String name : document.settings()) {
            JsonNode value = effective.get(name).orElseThrow();
            String text = Json.line(value);
            found.put(name, Secrets.redact(name, value).equals(value) ? text : code(text));
        }
        return found;
    }

    private String code(String secret) {
        return Secrets.HIDDEN + Digests.sha256((question + "\n" + secret).getBytes(StandardCharsets.UTF_8));
    }

    private NodeRun run() {
        Optional<Run> run = context.openRun().or(() -> Run.last(context.journal()));
        return run.map(found -> NodeRun.of(found, againstRollback(found, false), againstRollback(found, true)))
                .orElse(null);
    }

    private String againstRollback(Run run, boolean discardNewData) {
        try {
            rollback.require(run, discardNewData);
            return null;
        } catch (ProblemException e) {
            return e.getMessage();
        }
    }

    private String worker() {
        try {
            return ExclusiveLock.holder(context.state().resolve("lock"))
                    .map(Object::toString)
                    .orElse(null);
        } catch (IOException e) {
            // there is none where nothing was done yet
            return null;
        }
    }
}
