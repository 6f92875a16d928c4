package io.github.mmupgrade.testing.standin;

import io.github.mmupgrade.release.Edition;
import io.github.mmupgrade.release.Version;
import io.github.mmupgrade.testing.standin.server.GoJson;
import io.github.mmupgrade.testing.standin.server.ReleaseLine;
import io.github.mmupgrade.testing.standin.server.SettingsTable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/** Which files and directories the archive of a release brings. */
final class ArchiveLayout {

    private final ReleaseLine line;
    private final Path shared;
    private final TreeMap<String, byte[]> entries = new TreeMap<>();

    private ArchiveLayout(ReleaseLine line, Path shared) {
        this.line = line;
        this.shared = shared;
    }

    /**
     * The entries of a release by their names below the top directory; a directory's name ends in a slash and its
     * content is empty.
     *
     * @param shared what {@link ProgramFile} is given
     */
    static Map<String, byte[]> of(Version version, Edition edition, Path shared) {
        ArchiveLayout layout = new ArchiveLayout(new ReleaseLine(version, edition), shared);
        layout.programs();
        layout.configuration();
        layout.texts();
        layout.pages();
        return layout.entries;
    }

    private void programs() {
        byte[] program = ProgramFile.of(line.version(), line.edition(), shared);
        entries.put(line.from(5, 0) ? "bin/mattermost" : "bin/platform", program);
        if (line.from(5, 0) && !line.from(6, 0)) {
            put("bin/platform", "#!/bin/sh\nexec \"$(dirname \"$0\")/mattermost\" \"$@\"\n");
        }
        if (line.from(5, 26)) {
            put("bin/mmctl", "#!/bin/sh\necho mmctl " + line.version() + "\n");
        }
    }

    private void configuration() {
        byte[] settings = GoJson.write(SettingsTable.load().shipped(line.version()));
        entries.put("config/config.json", settings);
        put("config/README.md", "# Configuration\n\nconfig.json is read at the start.\n");
        if (line.from(4, 10) && !line.from(5, 10)) {
            entries.put("config/default.json", settings);
        }
    }

    private void texts() {
        directory("logs/");
        put("README.md", "# Stand-in for Mattermost " + line.version() + "\n");
        put("NOTICE.txt", "Notices of " + line.version() + "\n");
        put(
                line.from(3, 0) && line.edition() == Edition.ENTERPRISE
                        ? "ENTERPRISE-EDITION-LICENSE.txt"
                        : "MIT-COMPILED-LICENSE.md",
                "License of " + line.version() + "\n");
        if (line.from(2, 0)) {
            put("i18n/en.json", "[{\"id\":\"release\",\"translation\":\"" + line.version() + "\"}]\n");
            put("i18n/de.json", "[{\"id\":\"release\",\"translation\":\"Ausgabe " + line.version() + "\"}]\n");
        }
        if (line.from(3, 0)) {
            put("fonts/luximbi.ttf", "a font\n");
            put("fonts/nunito-bold.ttf", "another font\n");
            put("templates/welcome_body.html", "<p>Welcome to " + line.version() + "</p>\n");
            put("templates/error.html", "<p>Error</p>\n");
        }
        if (line.from(6, 0)) {
            put("manifest.txt", "mattermost " + line.version() + "\n");
        }
        if (line.from(10, 0)) {
            directory("data/");
            directory("plugins/");
        }
        if (line.from(5, 0)) {
            plugin("com.mattermost.nps", "1." + line.version().minor() + ".0");
            plugin("com.mattermost.demo", line.version().toString());
        }
    }

    private void pages() {
        String build = Integer.toHexString(line.version().hashCode() & 0xfffffff);
        if (!line.from(3, 0)) {
            put("api/templates/welcome_body.html", "<p>Welcome to " + line.version() + "</p>\n");
            put("web/templates/home.html", "<p>Home of " + line.version() + "</p>\n");
            put("web/static/js/bundle-" + build + ".min.js", "// " + line.version() + "\n");
            put("web/static/help/about.html", "<p>About</p>\n");
            return;
        }
        String client = line.from(4, 10) ? "client/" : "webapp/dist/";
        put(
                client + "root.html",
                "<!DOCTYPE html>\n<html><head><title>Mattermost</title><link rel=\"icon\""
                        + " href=\"/static/images/favicon.ico\"></head><body><div id=\"root\"></div><script src=\"/static/main."
                        + build + ".js\"></script></body></html>\n");
        put(client + "main." + build + ".js", "console.log(\"" + line.version() + "\");\n".repeat(2000));
        put(client + "images/favicon.ico", "an icon\n");
        put(client + "emoji/smile.png", "a smile\n");
    }

    /** A plugin's archive; made like the release's own. */
    private void plugin(String id, String version) {
        TreeMap<String, byte[]> files = new TreeMap<>();
        files.put(
                id + "/plugin.json",
                ("{\"id\": \"" + id + "\", \"version\": \"" + version + "\"}\n").getBytes(StandardCharsets.UTF_8));
        files.put(id + "/server/dist/plugin-linux-amd64", "a program\n".getBytes(StandardCharsets.UTF_8));
        try {
            entries.put(
                    "prepackaged_plugins/" + id + "-v" + version + "-linux-amd64.tar.gz",
                    StandInArchives.tar("", files));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void directory(String name) {
        entries.put(name, new byte[0]);
    }

    private void put(String name, String text) {
        entries.put(name, text.getBytes(StandardCharsets.UTF_8));
    }
}
