package io.github.mmupgrade.kubernetes;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.mmupgrade.kubernetes.cluster.MattermostResource;
import io.github.mmupgrade.notes.NotesToRead;
import io.github.mmupgrade.planning.PlannedUpgrade;
import io.github.mmupgrade.planning.ReleaseSources;
import io.github.mmupgrade.release.DatabaseServer;
import io.github.mmupgrade.release.Edition;
import io.github.mmupgrade.release.Hop;
import io.github.mmupgrade.release.UpgradePath;
import io.github.mmupgrade.release.Version;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.Json;
import io.github.mmupgrade.report.RefusedException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Where an upgrade of a resource would go.
 *
 * @param resource the resource
 * @param edition its edition, as its image says
 * @param image the image of the target, without a tag
 * @param path the releases to pass through
 * @param sources where releases and what is known of them come from
 */
record OperatorPlan(
        MattermostResource resource, Edition edition, String image, UpgradePath path, ReleaseSources sources) {

    private static final String TEAM_IMAGE = "mattermost-team-edition";
    private static final String ENTERPRISE_IMAGE = "mattermost-enterprise-edition";

    /**
     * Finds the way. Changes nothing.
     *
     * @throws RefusedException when there is none, or the resource does not say which release it runs
     */
    static OperatorPlan make(OperatorPlace place, MattermostResource resource) {
        Version installed = installed(resource);
        Edition edition = resource.image().contains(TEAM_IMAGE) ? Edition.TEAM : Edition.ENTERPRISE;
        ReleaseSources sources = new ReleaseSources(place.options(), place.reporter());
        Edition wanted = PlannedUpgrade.edition(place.options().target(), edition, sources.givenArchive());
        UpgradePath path = PlannedUpgrade.path(
                place.options().target(),
                sources,
                new PlannedUpgrade.Start(installed, edition, Optional.empty()),
                wanted,
                // the operator's own databases are MySQL; of others it does not know the version
                resource.isDatabaseOperatorManaged() ? Optional.of(DatabaseServer.mysql("8.0")) : Optional.empty());
        return new OperatorPlan(resource, edition, image(resource, edition, wanted), path, sources);
    }

    private static Version installed(MattermostResource resource) {
        return Version.tryParse(resource.version())
                .filter(version -> version.toString().equals(resource.version()))
                .orElseThrow(() -> new RefusedException(
                        "spec.version of " + resource.name() + " is "
                                + (resource.version().isEmpty() ? "not set" : "'" + resource.version() + "'")
                                + ", which does not say which release it is. Nothing was changed.",
                        Hint.of("Find out which release the pods run, from the header X-Version-Id of"
                                + " /api/v4/system/ping, set spec.version to it, such as 10.11.5, and wait until the"
                                + " resource is stable.")));
    }

    private static String image(MattermostResource resource, Edition edition, Edition wanted) {
        if (edition == wanted) {
            return resource.image();
        }
        String from = wanted == Edition.ENTERPRISE ? TEAM_IMAGE : ENTERPRISE_IMAGE;
        if (!resource.image().contains(from)) {
            throw new RefusedException(
                    "spec.image of " + resource.name() + " is " + resource.image()
                            + ", and nothing tells which image has the " + wanted + " edition. Nothing was changed.",
                    Hint.of("Leave mattermost.edition out, and change spec.image yourself."));
        }
        return resource.image().replace(from, wanted == Edition.ENTERPRISE ? ENTERPRISE_IMAGE : TEAM_IMAGE);
    }

    /** What an administrator has to have read before; may be fetched. */
    NotesToRead notes() {
        return PlannedUpgrade.notes(sources, path.installed(), path.target().version());
    }

    /** The releases to install, in order. */
    List<String> hops() {
        return path.hops().stream().map(hop -> hop.to().toString()).toList();
    }

    /** What check-version and preflight say to programs. */
    ObjectNode data() {
        ObjectNode data = Json.MAPPER.createObjectNode();
        data.put("installedVersion", path.installed().toString());
        data.put("installedEdition", edition.key());
        data.put("targetVersion", path.target().version().toString());
        data.put("image", image);
        data.put("upgradeNeeded", !path.isEmpty());
        for (Hop hop : path.hops()) {
            data.withArray("/path")
                    .addObject()
                    .put("from", hop.from().toString())
                    .put("to", hop.to().toString())
                    .put("reason", hop.reason());
        }
        return data;
    }

    /** What check-version says, a line each. */
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add("Resource:  " + resource.name() + ", " + resource.podImage() + ", " + resource);
        lines.add("Target:    "
                + MattermostResource.podImage(image, path.target().version().toString())
                + (path.isEmpty() ? ", which is installed" : ""));
        if (!path.isEmpty()) {
            lines.add("Path:      " + path);
            // an image has no archive whose checksum the catalogue could lack
            path.lines().stream().filter(line -> !line.contains("checksum")).forEach(lines::add);
        }
        return lines;
    }
}
