package io.github.mmupgrade.fuzz;

import com.sun.net.httpserver.HttpServer;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.github.mmupgrade.kubernetes.cluster.Cluster;
import io.github.mmupgrade.kubernetes.cluster.ClusterException;
import io.github.mmupgrade.kubernetes.cluster.MattermostResource;
import io.github.mmupgrade.kubernetes.cluster.PodState;
import io.github.mmupgrade.kubernetes.cluster.ResourceName;
import io.github.mmupgrade.kubernetes.cluster.Right;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executors;

/**
 * What an API server answers, perhaps one of another version. The input is the answers to the questions for each kind of
 * object, a line {@code --} between them; what has none of its own gets the first.
 */
public final class KubernetesFuzz {

    private static final List<String> KINDS = List.of(
            "/mattermosts",
            "/jobs",
            "/pods",
            "/deployments",
            "/replicasets",
            "/events",
            "/persistentvolumeclaims",
            "/selfsubjectaccessreviews");

    private static volatile String[] answers = {""};
    private static final Cluster CLUSTER = connect(serve());

    private KubernetesFuzz() {}

    /** Loads the client, which takes long. */
    public static void fuzzerInitialize() {
        fuzzerTestOneInput(new byte[0]);
    }

    public static void fuzzerTestOneInput(byte[] input) {
        answers = Fuzzing.text(input).split("\n--\n");
        Fuzzing.endsWell(ClusterException.class, () -> CLUSTER.find().ifPresent(KubernetesFuzz::read));
        Fuzzing.endsWell(ClusterException.class, () -> CLUSTER.snapshot().ifPresent(seen -> {
            read(seen.resource());
            seen.pods().forEach(seen::said);
            seen.jobPods().forEach(PodState::works);
            seen.job().ifPresent(job -> job.isFailing());
            seen.podsOf(seen.resource().podImage());
            seen.rollsOut(seen.resource().podImage());
            seen.migrates();
        }));
        Fuzzing.endsWell(ClusterException.class, CLUSTER::neighbours);
        Fuzzing.endsWell(ClusterException.class, CLUSTER::operatorImages);
        Fuzzing.endsWell(ClusterException.class, () -> CLUSTER.accessModes("claim"));
        Fuzzing.endsWell(ClusterException.class, () -> CLUSTER.may(new Right("get", "", "pods", "chat")));
    }

    private static void read(MattermostResource resource) {
        resource.name();
        resource.generation();
        resource.resourceVersion();
        resource.podImage();
        resource.pods();
        resource.isUpdateJobDisabled();
        resource.isDatabaseOperatorManaged();
        resource.claims();
        resource.environment();
        resource.isStable();
        resource.statusVersion();
        resource.labels();
        resource.annotations();
        resource.managers();
        resource.lastManager();
        Objects.requireNonNull(resource.toString());
    }

    private static Cluster connect(HttpServer server) {
        Config config = new ConfigBuilder(Config.empty())
                .withMasterUrl("http://127.0.0.1:" + server.getAddress().getPort())
                .withRequestRetryBackoffLimit(0)
                .build();
        return new Cluster(new KubernetesClientBuilder().withConfig(config).build(), new ResourceName("chat", "mm"));
    }

    private static HttpServer serve() {
        try {
            HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            server.setExecutor(Executors.newSingleThreadExecutor(task -> {
                Thread thread = new Thread(task, "fuzzed API server");
                thread.setDaemon(true);
                return thread;
            }));
            server.createContext("/", exchange -> {
                exchange.getRequestBody().readAllBytes();
                byte[] body = answer(exchange.getRequestURI().getPath()).getBytes(StandardCharsets.UTF_8);
                exchange.getResponseHeaders().set("Content-Type", "application/json");
                exchange.sendResponseHeaders(200, body.length == 0 ? -1 : body.length);
                exchange.getResponseBody().write(body);
                exchange.close();
            });
            server.start();
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String answer(String path) {
        String[] all = answers;
        for (int i = 0; i < Math.min(all.length, KINDS.size()); i++) {
            if (path.contains(KINDS.get(i))) {
                return all[i];
            }
        }
        return all.length == 0 ? "" : all[0];
    }
}
