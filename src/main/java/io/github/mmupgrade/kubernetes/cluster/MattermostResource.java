package io.github.mmupgrade.kubernetes.cluster;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;

/**
 * The operator's resource at one moment. The fields are those of
 * <a href="https://github.com/mattermost/mattermost-operator/tree/master/apis/mattermost/v1beta1">v1beta1</a>.
 */
public final class MattermostResource {

    private static final String DIGEST = "sha256:";

    private final GenericKubernetesResource object;
    private final ObjectMeta metadata;

    MattermostResource(GenericKubernetesResource object) {
        this.object = Answer.required(object, "the resource");
        this.metadata = Answer.required(object.getMetadata(), "the metadata of the resource");
        Answer.required(metadata.getName(), "the name of the resource");
    }

    /** Its name in its namespace. */
    public String name() {
        return metadata.getName();
    }

    /** Grows by one with every change of the specification, and of nothing else. */
    public long generation() {
        return Objects.requireNonNullElse(metadata.getGeneration(), 0L);
    }

    /** Changes with every write, also of the status. */
    public String resourceVersion() {
        return metadata.getResourceVersion();
    }

    /** The image without its tag; empty where the operator has not filled it in. */
    public String image() {
        return text("spec", "image");
    }

    /** The tag, or a digest; empty where the operator has not filled it in. */
    public String version() {
        return text("spec", "version");
    }

    /** The image that pods get. */
    public String podImage() {
        return podImage(image(), version());
    }

    /** The image that pods get of an image and a version, as the operator puts it together. */
    public static String podImage(String image, String version) {
        return image + (version.startsWith(DIGEST) ? "@" : ":") + version;
    }

    /** Whether the version is a digest. */
    public boolean isDigest() {
        return version().startsWith(DIGEST);
    }

    /** How many pods are asked for; the operator's default is 1. */
    public int replicas() {
        return number("spec", "replicas").map(Long::intValue).orElse(1);
    }

    /** How many pods there are in all when all is well, that of the job server included. */
    public int pods() {
        return replicas() + (hasJobServer() ? 1 : 0);
    }

    /** Whether a pod of its own runs the background jobs. */
    public boolean hasJobServer() {
        return flag("spec", "jobServer", "dedicatedJobServer");
    }

    /** Whether new servers migrate themselves, without a job before. */
    public boolean isUpdateJobDisabled() {
        return flag("spec", "updateJob", "disabled");
    }

    /** Whether the operator runs the database (MySQL). */
    public boolean isDatabaseOperatorManaged() {
        return secretOfDatabase().isEmpty();
    }

    /** The secret with the data source of an external database; empty for one that the operator runs. */
    public Optional<String> secretOfDatabase() {
        String secret = text("spec", "database", "external", "secret");
        return secret.isEmpty() ? Optional.empty() : Optional.of(secret);
    }

    /** The claims of volumes that its pods mount: those of the file store and further ones. */
    public List<String> claims() {
        List<String> claims = new ArrayList<>();
        String external = text("spec", "fileStore", "externalVolume", "volumeClaimName");
        if (!external.isEmpty()) {
            claims.add(external);
        }
        if (flag("spec", "fileStore", "local", "enabled")) {
            // the operator names it like the resource
            claims.add(name());
        }
        if (object.get("spec", "volumes") instanceof List<?> volumes) {
            for (Object volume : volumes) {
                if (volume instanceof Map<?, ?> fields
                        && fields.get("persistentVolumeClaim") instanceof Map<?, ?> claim) {
                    claims.add(String.valueOf(claim.get("claimName")));
                }
            }
        }
        return claims;
    }

    /** The variables of the server: the value, or where it comes from. */
    public Map<String, Variable> environment() {
        Map<String, Variable> found = new LinkedHashMap<>();
        if (object.get("spec", "mattermostEnv") instanceof List<?> variables) {
            for (Object variable : variables) {
                if (variable instanceof Map<?, ?> fields) {
                    found.put(String.valueOf(fields.get("name")), PodState.variable(fields));
                }
            }
        }
        return found;
    }

    /** {@code reconciling}, {@code ready} or {@code stable}; empty before the operator has seen it. */
    public String state() {
        return text("status", "state");
    }

    /** Copied from the specification once a new pod is available, and empty before: no proof of anything. */
    public String statusVersion() {
        return text("status", "version");
    }

    /** The generation that the rest of the status is about; 0 before the first. */
    public long observedGeneration() {
        return number("status", "observedGeneration").orElse(0L);
    }

    /** The last error, which may be an old one; empty for none. */
    public String error() {
        return text("status", "error");
    }

    /** Whether all is as specified, and the operator says so of the newest specification. */
    public boolean isStable() {
        return state().equals("stable") && observedGeneration() == generation();
    }

    public Map<String, String> labels() {
        return Answer.fields(metadata.getLabels());
    }

    public Map<String, String> annotations() {
        return Answer.fields(metadata.getAnnotations());
    }

    /** Who has written fields of it, by the names that the clients gave. */
    public List<String> managers() {
        return List.copyOf(new TreeSet<>(managed().stream()
                .map(ManagedFieldsEntry::getManager)
                .filter(Objects::nonNull)
                .toList()));
    }

    /** Who has written anything but its status last; empty when the API server does not say. */
    public Optional<String> lastManager() {
        return managed().stream()
                .filter(entry -> entry.getManager() != null && entry.getTime() != null)
                .filter(entry -> !"status".equals(entry.getSubresource()))
                .max(Comparator.comparing(ManagedFieldsEntry::getTime))
                .map(ManagedFieldsEntry::getManager);
    }

    private List<ManagedFieldsEntry> managed() {
        return Answer.entries(metadata.getManagedFields());
    }

    private String text(Object... path) {
        Object value = object.get(path);
        return value == null ? "" : value.toString();
    }

    private Optional<Long> number(Object... path) {
        return object.get(path) instanceof Number number ? Optional.of(number.longValue()) : Optional.empty();
    }

    private boolean flag(Object... path) {
        return Boolean.TRUE.equals(object.get(path));
    }

    /** How it stands, in words. */
    @Override
    public String toString() {
        return (state().isEmpty() ? "not seen by the operator yet" : state())
                + (observedGeneration() == generation()
                        ? ""
                        : " (of generation " + observedGeneration() + "; the newest is " + generation() + ")")
                + (error().isEmpty() ? "" : ", error: " + error());
    }
}
