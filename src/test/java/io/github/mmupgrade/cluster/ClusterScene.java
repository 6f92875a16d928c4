package io.github.mmupgrade.cluster;

import io.github.mmupgrade.context.ClusterPart;
import io.github.mmupgrade.context.UpgradeOptions;
import io.github.mmupgrade.engine.GoalArguments;
import io.github.mmupgrade.engine.Request;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.testing.RecordingReporter;
import io.github.mmupgrade.testing.scene.Scene;
import io.github.mmupgrade.testing.standin.StandInInstallation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Three servers that run, with one database and one file store, and something in front of them that is told. */
final class ClusterScene implements AutoCloseable {

    final Scene scene;
    final List<LocalNode> nodes = new ArrayList<>();
    final RecordingProxy proxy = new RecordingProxy();
    final RecordingReporter said = new RecordingReporter();
    ProxyCommands commands = RecordingProxy.COMMANDS;
    ClusterPart.Order order;
    boolean schemaCompatible;
    List<String> leaveOut = List.of();
    List<String> mayDiffer = List.of();
    String only;
    final Path reports;
    private final List<StandInInstallation> others = new ArrayList<>();

    ClusterScene(Path folder, String version) throws IOException {
        reports = folder.resolve("reports");
        scene = new Scene(Files.createDirectories(folder.resolve("node1")), version);
        Path store = Files.createDirectories(folder.resolve("store"));
        scene.server.stop();
        join(scene.server, "node1", store);
        for (String name : List.of("node2", "node3")) {
            StandInInstallation other = StandInInstallation.create(
                    Scene.archiveOf(version), folder.resolve(name).resolve("opt/mattermost"), scene.database);
            others.add(other);
            // a server makes these up at its first start; who adds a node copies the file
            for (String secret : List.of("FileSettings.PublicLinkSalt", "SqlSettings.AtRestEncryptKey")) {
                other.set(secret, scene.server.setting(secret).asText());
            }
            join(other, name, store);
        }
    }

    private static void join(StandInInstallation server, String name, Path store) {
        server.set("ClusterSettings.Enable", true)
                .set("ClusterSettings.OverrideHostname", name)
                .set("FileSettings.Directory", store + "/");
        server.start();
    }

    ClusterScene to(String version) {
        scene.to(version);
        nodes.clear();
        nodes.add(new LocalNode("node1", scene.server, scene.options()));
        for (StandInInstallation other : others) {
            Path root = other.directory().getParent().getParent();
            UpgradeOptions options = scene.options();
            nodes.add(new LocalNode(
                    root.getFileName().toString(),
                    other,
                    options.at(
                            other.directory(),
                            new UpgradeOptions.Places(
                                    root.resolve("state"), root.resolve("backups"), root.resolve("cache")),
                            options.service(),
                            options.backup())));
        }
        return this;
    }

    LocalNode node(int number) {
        return nodes.get(number - 1);
    }

    void upgrade() {
        run(new Request(Goal.UPGRADE, scene.options(), new GoalArguments.None()));
    }

    void rollback(boolean discardNewData) {
        run(new Request(Goal.ROLLBACK, scene.options(), new GoalArguments.Rollback(null, discardNewData)));
    }

    void run(Goal goal) {
        run(new Request(goal, scene.options(), new GoalArguments.None()));
    }

    private void run(Request request) {
        nodes.forEach(node -> {
            node.goal = request.goal();
            node.arguments = request.arguments();
        });
        List<Node> taking = nodes.stream()
                .filter(node -> !leaveOut.contains(node.name()))
                .map(node -> (Node) node)
                .toList();
        try {
            new ClusterGoals(
                            taking,
                            commands,
                            List.of(proxy),
                            new ClusterOptions(
                                    order,
                                    schemaCompatible,
                                    leaveOut,
                                    only,
                                    mayDiffer,
                                    Duration.ofSeconds(1),
                                    Duration.ZERO),
                            new ClusterReport(said, taking, reports, Hint::toString, Clock.systemUTC()),
                            Optional.empty())
                    .run(request);
        } finally {
            nodes.forEach(LocalNode::close);
        }
    }

    /** The releases that answer, in the order of the nodes; {@code nothing} where nothing does. */
    List<String> answers() {
        return nodes.stream()
                .map(node -> Optional.ofNullable(node.server.answeredVersion())
                        .map(version -> version.replaceFirst("^\\d+\\.\\d+\\.\\d+\\.(\\d+\\.\\d+\\.\\d+).*", "$1"))
                        .orElse("nothing"))
                .toList();
    }

    @Override
    public void close() {
        others.forEach(Scene::end);
        scene.close();
    }
}
