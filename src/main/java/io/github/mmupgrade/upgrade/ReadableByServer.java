package io.github.mmupgrade.upgrade;

import io.github.mmupgrade.backup.Source;
import io.github.mmupgrade.host.Command;
import io.github.mmupgrade.host.CommandResult;
import io.github.mmupgrade.host.Owner;
import io.github.mmupgrade.host.Users;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.service.RunningServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Whether the server's own user can read what root is about to read for him. He says himself where his files are: named
 * a directory of root's, he would have it put into a backup, and be given it by a restore.
 */
final class ReadableByServer {

    private static final Duration LIMIT = Duration.ofHours(2);
    private static final int NAMED = 10;

    private ReadableByServer() {}

    /**
     * Looks at the file store and the plugins with the eyes of the server's user. Does nothing unless this runs as root
     * and the server does not.
     *
     * @throws RefusedException when he can't read something of it
     */
    static void require(Workplace place, InstalledServer server) {
        Owner owner = server.running().map(RunningServer::owner).orElseGet(() -> place.installation()
                .owner());
        if (place.host().self().uid() != 0 || owner.uid() == 0) {
            return;
        }
        List<Source> sources = new ArrayList<>();
        server.fileStore().ifPresent(store -> sources.add(Source.directory(Source.FILE_STORE, store)));
        Path directory = place.installation().directory();
        sources.add(Source.directory(BackupSources.PLUGINS, directory.resolve("plugins")));
        sources.add(Source.directory(BackupSources.CLIENT_PLUGINS, directory.resolve("client/plugins")));
        for (Source source : sources) {
            require(place, owner, source);
        }
    }

    private static void require(Workplace place, Owner owner, Source source) {
        String path = source.path().toString();
        if (!place.host().run(Command.of("test", "-e", path).build()).succeeded()) {
            return; // nothing is there, or root itself may not look
        }
        // a link is saved as a link; of sockets and pipes nothing is read
        CommandResult found = place.host()
                // a server that runs removes files meanwhile
                .run(Command.of("find", path, "-ignore_readdir_race")
                        .add("(", "-type", "f", "!", "-readable", ")", "-o")
                        .add("(", "-type", "d", "(", "!", "-readable", "-o", "!", "-executable", ")", ")")
                        .user(owner)
                        .limit(LIMIT)
                        .build());
        List<String> hidden = found.output().lines().limit(NAMED).toList();
        if (hidden.isEmpty() && found.succeeded()) {
            return;
        }
        String user = new Users(place.host()).user(owner.uid());
        throw new RefusedException(
                "User " + user + ", as whom the server runs, can't read "
                        + (hidden.isEmpty() ? path : String.join(", ", hidden))
                        + ". Root does not read it on behalf of that user. Nothing was changed.",
                Hint.of("give it to user " + user + " if it is the server's; else take it away from there, or correct"
                        + (source.target().equals(Source.FILE_STORE) ? " FileSettings.Directory" : " the link")));
    }
}
