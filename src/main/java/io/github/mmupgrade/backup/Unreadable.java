package io.github.mmupgrade.backup;

import io.github.mmupgrade.host.LocalHost;
import io.github.mmupgrade.report.Hint;

/** What to do about files that can't be read: root is not told to become root. */
final class Unreadable {

    private Unreadable() {}

    static Hint hint() {
        return hint(new LocalHost().self().uid());
    }

    static Hint hint(int self) {
        return self == 0
                ? Hint.of("The file system keeps root out, as NFS with root_squash and FUSE without allow_other do."
                        + " Let root in, or run this as the owner of the installation.")
                : Hint.of("Run this as root, or make them readable.");
    }
}
