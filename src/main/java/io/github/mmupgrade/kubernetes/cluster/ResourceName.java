package io.github.mmupgrade.kubernetes.cluster;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.RefusedException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which resource: the namespace and the name, both as Kubernetes allows them (RFC 1123).
 *
 * @param namespace up to 63 characters
 * @param name up to 253 characters
 */
public record ResourceName(String namespace, String name) {

    private static final Pattern TEXT =
            Pattern.compile("([a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?)/([a-z0-9](?:[-.a-z0-9]{0,251}[a-z0-9])?)");

    /**
     * Reads {@code namespace/name}.
     *
     * @throws RefusedException when it is something else
     */
    @JsonCreator
    public static ResourceName parse(String text) {
        Matcher matcher = TEXT.matcher(text.strip());
        if (!matcher.matches()) {
            throw new RefusedException(
                    "mattermost.kubernetes.resource is '" + text
                            + "', which is no namespace/name. Nothing was changed.",
                    Hint.of("Set it as in mattermost/chat. To list the resources: kubectl get mattermosts"
                            + " --all-namespaces"));
        }
        return new ResourceName(matcher.group(1), matcher.group(2));
    }

    @Override
    @JsonValue
    public String toString() {
        return namespace + "/" + name;
    }
}
