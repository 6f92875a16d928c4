package io.github.mmupgrade.installation;

import java.util.Set;
import java.util.regex.Pattern;

/**
 * What the vendor's archives are known to hold, over all releases, for installations whose own archive is not known.
 *
 * <p>Source: the archives of 1.0 to 11.x; the web client's bundles carry hashes in their names, hence the pattern.
 */
final class VendorLayout {

    private static final Set<String> TOP = Set.of(
            "api",
            "bin",
            "client",
            "config",
            "data",
            "ENTERPRISE-EDITION-LICENSE.txt",
            "fonts",
            "i18n",
            "logs",
            "manifest.txt",
            "MIT-COMPILED-LICENSE.md",
            "NOTICE.txt",
            "plugins",
            "prepackaged_plugins",
            "README.md",
            "templates",
            "web",
            "webapp");

    private static final Set<String> CLIENT_DIRECTORIES =
            Set.of("css", "emoji", "files", "fonts", "i18n", "images", "sounds", "products", "cached_assets");

    private static final Pattern CLIENT_FILE =
            Pattern.compile("(?:.*\\.(?:js|css|map|LICENSE\\.txt|svg|png|ico|woff2?|ttf|eot|wasm|mp3|gif|webmanifest))"
                    + "|root\\.html|index\\.html|manifest\\.json|robots\\.txt|browserconfig\\.xml|asset-manifest\\.json"
                    + "|[0-9a-f]{20,}\\.[a-z0-9]+");

    private VendorLayout() {}

    /** Whether a release has had such an entry in its top directory. */
    static boolean shipsTop(String entry) {
        return TOP.contains(entry);
    }

    /** Whether a release has had such an entry in {@code client/}. */
    static boolean shipsClient(String entry, boolean directory) {
        return directory
                ? CLIENT_DIRECTORIES.contains(entry)
                : CLIENT_FILE.matcher(entry).matches();
    }
}
