package io.github.mmupgrade.backup.copy;

import io.github.mmupgrade.host.Host;
import io.github.mmupgrade.host.Owner;
import io.github.mmupgrade.host.Users;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.RefusedException;
import java.util.List;

/** What to say of files that can't be read: root is not told to become root. */
public final class Unreadable {

    private static final int NAMED = 10;

    private final int self;
    private final String user;

    private Unreadable(int self, String user) {
        this.self = self;
        this.user = user;
    }

    /**
     * For whoever runs this.
     *
     * @param user as whom is read what root may not read, and for whom root reads; null when there is no such user
     */
    public static Unreadable by(Host host, Owner user) {
        return new Unreadable(host.self().uid(), user == null ? null : new Users(host).user(user.uid()));
    }

    /** Refuses the backup because of these files. */
    RefusedException refusal(List<String> files, Throwable cause) {
        String named = String.join(", ", files.subList(0, Math.min(NAMED, files.size())))
                + (files.size() > NAMED ? ", and more" : "");
        return new RefusedException(
                user == null
                        ? "Some of what goes into the backup can't be read: " + named + "."
                        : "User " + user + ", as whom the server runs, can't read " + named
                                + ". Root does not read it on behalf of that user. Nothing was changed.",
                hint(),
                cause);
    }

    Hint hint() {
        return hint(self, user);
    }

    static Hint hint(int self, String user) {
        if (user != null) {
            return Hint.of(
                    "give it to user " + user + " if it is the server's; else take it away from there, or correct"
                            + " FileSettings.Directory or the link that leads there. mattermost.backup.files=none leaves the"
                            + " file store out");
        }
        return self == 0
                ? Hint.of("The file system keeps root out, as NFS with root_squash and FUSE without allow_other do."
                        + " Let root in, or run this as the owner of the installation.")
                : Hint.of("Run this as root, or make them readable.");
    }
}
