package io.github.mmupgrade.kubernetes;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.rbac.PolicyRule;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.fabric8.mockwebserver.http.RecordedRequest;
import io.github.mmupgrade.report.Goal;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.Rule;
import org.junit.Test;

/** {@code examples/kubernetes}: the account may do whatever the goals do, as they are seen to do it. */
public class KubernetesExampleTest {

    private static final Path EXAMPLE = Path.of("examples/kubernetes");

    private static final Pattern PLACE = Pattern.compile(
            "/api(?:s/(?<group>[^/]+))?/v[^/]+/namespaces/(?<namespace>[^/]+)/(?<kind>[^/?]+)(?<name>/[^/?]+)?(?<sub>/[^/?]+)?(?:\\?.*)?");

    @Rule
    public final OperatorScene scene = new OperatorScene("10.10.3", 2);

    private final Set<String> used = new ConcurrentSkipListSet<>();

    /** What a request takes, as {@code verb group resource namespace}. */
    private static Optional<String> right(String method, String path) {
        Matcher place = PLACE.matcher(path);
        if (!place.matches()) {
            return Optional.empty();
        }
        String verb =
                switch (method) {
                    case "GET" -> place.group("name") == null ? "list" : "get";
                    case "POST" -> "create";
                    default -> method.toLowerCase(Locale.ROOT);
                };
        return Optional.of(String.join(
                " ",
                verb,
                Optional.ofNullable(place.group("group")).orElse(""),
                place.group("kind") + Optional.ofNullable(place.group("sub")).orElse(""),
                place.group("namespace")));
    }

    private static Collection<Object> objects(String file) throws IOException {
        try (InputStream in = Files.newInputStream(EXAMPLE.resolve(file))) {
            Object read = new KubernetesSerialization().unmarshal(in);
            return read instanceof Collection<?> several ? List.copyOf(several) : List.of(read);
        }
    }

    /** The roles, with the names of the test's namespaces. */
    private static Set<String> granted() throws IOException {
        Map<String, String> namespaces =
                Map.of("mattermost", FakeOperator.NAMESPACE, "mattermost-operator", "mattermost-operator");
        Set<String> granted = new TreeSet<>();
        for (Object each : objects("roles.yaml")) {
            if (each instanceof Role role) {
                for (PolicyRule rule : role.getRules()) {
                    for (String group : rule.getApiGroups()) {
                        for (String resource : rule.getResources()) {
                            rule.getVerbs()
                                    .forEach(verb -> granted.add(String.join(
                                            " ",
                                            verb,
                                            group,
                                            resource,
                                            namespaces.get(role.getMetadata().getNamespace()))));
                        }
                    }
                }
            }
        }
        return granted;
    }

    private Optional<Integer> note(RecordedRequest request) {
        right(request.getMethod(), request.getPath()).ifPresent(used::add);
        return Optional.empty();
    }

    @Test
    public void theRolesAllowWhatTheGoalsDoAndWhatPreflightAsksFor() throws IOException {
        scene.target = "10.11.23";
        scene.server().trouble = this::note;
        for (Goal goal : List.of(Goal.PREFLIGHT, Goal.UPGRADE, Goal.STATUS, Goal.DIFF_CONFIG)) {
            scene.succeeds(goal);
        }
        Set<String> asked = new TreeSet<>(scene.server().asked);
        assertTrue(asked.toString(), asked.contains("create  pods/portforward " + FakeOperator.NAMESPACE));
        assertTrue(
                used.toString(),
                used.contains("patch installation.mattermost.com mattermosts " + FakeOperator.NAMESPACE));
        Set<String> missing = new TreeSet<>(asked);
        missing.addAll(used);
        missing.removeAll(granted());
        assertEquals("rights that examples/kubernetes/roles.yaml lacks", Set.of(), missing);
    }

    @Test
    public void theRightToMakeJobsHasARoleOfItsOwn() throws IOException {
        List<String> makers = objects("roles.yaml").stream()
                .filter(each -> each instanceof Role role
                        && role.getRules().stream()
                                .anyMatch(rule -> rule.getResources().contains("jobs")
                                        && rule.getVerbs().contains("create")))
                .map(each -> ((Role) each).getMetadata().getName())
                .toList();
        assertEquals(List.of("mattermost-dump"), makers);
    }

    @Test
    public void theVolumeOfThePomIsTheOneThatIsMade() throws IOException {
        PersistentVolumeClaim claim =
                (PersistentVolumeClaim) objects("dumps.yaml").iterator().next();
        String pom = Files.readString(EXAMPLE.resolve("pom.xml"));
        assertTrue(
                pom,
                pom.contains("<mattermost.kubernetes.backupClaim>"
                        + claim.getMetadata().getName() + "<"));
    }
}
