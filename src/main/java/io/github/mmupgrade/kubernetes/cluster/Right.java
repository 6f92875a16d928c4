package io.github.mmupgrade.kubernetes.cluster;

/**
 * Something that an account may do or not.
 *
 * @param verb such as {@code patch}
 * @param group the API group; empty for the core
 * @param resource the plural, with its subresource, such as {@code pods/log}
 * @param namespace where; null for all namespaces
 */
public record Right(String verb, String group, String resource, String namespace) {

    @Override
    public String toString() {
        return verb + " " + resource + (group.isEmpty() ? "" : "." + group)
                + (namespace == null ? " in all namespaces" : " in namespace " + namespace);
    }
}
