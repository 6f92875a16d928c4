package io.github.mmupgrade.kubernetes;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.CustomResourceDefinitionContext;
import io.fabric8.kubernetes.client.server.mock.KubernetesCrudDispatcher;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import io.fabric8.kubernetes.client.vertx5.Vertx5HttpClientFactory;
import io.fabric8.mockwebserver.Context;
import io.fabric8.mockwebserver.MockWebServer;
import io.fabric8.mockwebserver.http.MockResponse;
import io.fabric8.mockwebserver.http.RecordedRequest;
import io.vertx.core.Vertx;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * An API server that keeps objects (fabric8's mock), and says of rights and of logs what a test wants: the mock knows
 * neither. A test can have it refuse requests.
 */
final class FakeApiServer implements AutoCloseable {

    /** Tells every request; kept, because loggers that nobody holds forget their level. */
    private static final Logger REQUESTS = Logger.getLogger("io.fabric8.mockwebserver");

    static {
        REQUESTS.setLevel(Level.WARNING);
    }

    /** One for all clients: each of their own would start a dozen threads. */
    private static final Vertx5HttpClientFactory CLIENTS = new Vertx5HttpClientFactory(Vertx.vertx());

    static final CustomResourceDefinitionContext MATTERMOST =
            kind("installation.mattermost.com", "v1beta1", "Mattermost", "mattermosts");
    static final CustomResourceDefinitionContext CLUSTER_INSTALLATION =
            kind("mattermost.com", "v1alpha1", "ClusterInstallation", "clusterinstallations");

    /** By {@code verb resource[/subresource]}. */
    final Set<String> denied = ConcurrentHashMap.newKeySet();

    /** By the name of a pod. */
    final Map<String, String> logs = new ConcurrentHashMap<>();

    /** Answers a request by a status of HTTP instead; empty to answer as usual. */
    volatile Function<RecordedRequest, Optional<Integer>> trouble = request -> Optional.empty();

    private final KubernetesMockServer server;

    FakeApiServer() {
        KubernetesCrudDispatcher dispatcher = new KubernetesCrudDispatcher(List.of(MATTERMOST, CLUSTER_INSTALLATION)) {
            @Override
            public MockResponse dispatch(RecordedRequest request) {
                // the operator of the test is never in trouble
                Optional<Integer> status =
                        "operator".equals(request.getHeader("User-Agent")) ? Optional.empty() : trouble.apply(request);
                if (status.isPresent()) {
                    return json(
                            status.get(),
                            "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"status\":\"Failure\",\"code\":" + status.get()
                                    + ",\"message\":\"trouble made by the test\"}");
                }
                if (request.getPath().contains("/selfsubjectaccessreviews")) {
                    return review(request.getUtf8Body());
                }
                if (request.getPath().matches(".*/pods/[^/]+/log.*")) {
                    String pod = request.getPath().replaceFirst(".*/pods/([^/]+)/log.*", "$1");
                    return new MockResponse().setResponseCode(200).setBody(logs.getOrDefault(pod, ""));
                }
                return super.dispatch(request);
            }
        };
        server = new KubernetesMockServer(new Context(), new MockWebServer(), new HashMap<>(), dispatcher, false);
        server.init(InetAddress.getLoopbackAddress(), 0);
    }

    private static CustomResourceDefinitionContext kind(String group, String version, String kind, String plural) {
        return new CustomResourceDefinitionContext.Builder()
                .withGroup(group)
                .withVersion(version)
                .withKind(kind)
                .withPlural(plural)
                .withScope("Namespaced")
                .withStatusSubresource(true)
                .build();
    }

    private MockResponse review(String body) {
        String verb = field(body, "verb");
        String subresource = field(body, "subresource");
        String resource = field(body, "resource") + (subresource.isEmpty() ? "" : "/" + subresource);
        return json(
                201,
                "{\"kind\":\"SelfSubjectAccessReview\",\"apiVersion\":\"authorization.k8s.io/v1\",\"status\":{\"allowed\":"
                        + !denied.contains(verb + " " + resource) + "}}");
    }

    private static String field(String json, String name) {
        String found = json.replaceFirst("(?s).*\"" + name + "\"\\s*:\\s*\"([^\"]*)\".*", "$1");
        return found.equals(json) ? "" : found;
    }

    private static MockResponse json(int status, String body) {
        return new MockResponse()
                .setResponseCode(status)
                .setHeader("Content-Type", "application/json")
                .setBody(body);
    }

    /** A client of the plugin. */
    KubernetesClient client() {
        return server.createClient(builder -> builder.withHttpClientFactory(CLIENTS)
                .editOrNewConfig()
                .withRequestRetryBackoffLimit(0)
                .endConfig());
    }

    KubernetesClient operatorClient() {
        return server.createClient(builder -> builder.withHttpClientFactory(CLIENTS)
                .editOrNewConfig()
                .withUserAgent("operator")
                .withRequestRetryBackoffLimit(0)
                .endConfig());
    }

    @Override
    public void close() {
        server.destroy();
    }
}
