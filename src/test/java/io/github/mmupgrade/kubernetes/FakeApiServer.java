package io.github.mmupgrade.kubernetes;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.CustomResourceDefinitionContext;
import io.fabric8.kubernetes.client.server.mock.KubernetesCrudDispatcher;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import io.fabric8.mockwebserver.Context;
import io.fabric8.mockwebserver.MockWebServer;
import io.fabric8.mockwebserver.http.MockResponse;
import io.fabric8.mockwebserver.http.RecordedRequest;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
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

    static final CustomResourceDefinitionContext MATTERMOST =
            kind("installation.mattermost.com", "v1beta1", "Mattermost", "mattermosts");
    static final CustomResourceDefinitionContext CLUSTER_INSTALLATION =
            kind("mattermost.com", "v1alpha1", "ClusterInstallation", "clusterinstallations");

    /** By {@code verb resource[/subresource]}. */
    final Set<String> denied = ConcurrentHashMap.newKeySet();

    /** The rights that were asked about, as {@code verb group resource[/subresource] namespace}. */
    final Set<String> asked = ConcurrentHashMap.newKeySet();

    /** By the name of a pod. */
    final Map<String, String> logs = new ConcurrentHashMap<>();

    /** Answers a request by a status of HTTP instead; empty to answer as usual. */
    volatile Function<RecordedRequest, Optional<Integer>> trouble = request -> Optional.empty();

    private final KubernetesMockServer server;
    private final KubernetesClient client;

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
        client = server.createClient(builder ->
                builder.editOrNewConfig().withRequestRetryBackoffLimit(0).endConfig());
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
        asked.add(String.join(" ", verb, field(body, "group"), resource, field(body, "namespace")));
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

    /** The client of the plugin, the same for all goals; to close it does nothing. */
    KubernetesClient client() {
        return (KubernetesClient) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {KubernetesClient.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("close")) {
                        return null;
                    }
                    try {
                        return method.invoke(client, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    KubernetesClient operatorClient() {
        return server.createClient(builder -> builder.editOrNewConfig()
                .withUserAgent("operator")
                .withRequestRetryBackoffLimit(0)
                .endConfig());
    }

    @Override
    public void close() {
        client.close();
        server.destroy();
    }
}
