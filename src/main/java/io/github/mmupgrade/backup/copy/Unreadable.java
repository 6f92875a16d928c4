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
                        ? "Some files for the backup cannot be read: " + named + "."
                        : "User " + user + ", who runs the server, cannot read " + named
                                + ". Root does not read it on behalf of that user. Nothing was changed.",
                hint(),
                cause);
    }

    Hint hint() {
        return hint(self, user);
    }

    static Hint hint(int self, String user) {
        if (user != null) {
            return Hint.of("If the file belongs to the server, give it to user " + user
                    + ". Otherwise move it away, or correct"
                    + " FileSettings.Directory or the link that leads there. mattermost.backup.files=none leaves the"
                    + " file store out.");
        }
        return self == 0
                ? Hint.of(
                        "The file system denies access to root, as NFS with root_squash and FUSE without allow_other do."
                                + " Allow root, or run this as the owner of the installation.")
                : Hint.of("Run this as root, or make them readable.");
    }
}
