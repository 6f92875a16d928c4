package io.github.mmupgrade.archive;

import java.io.IOException;

/** A file isn't the archive that it should be; the message says why, as the end of a sentence that names the file. */
final class ArchiveMismatch extends IOException {

    private static final long serialVersionUID = 1L;

    private final boolean otherContent;

    /**
     * A mismatch.
     *
     * @param reason why
     * @param otherContent whether the file itself is at fault, so that another download may help
     */
    ArchiveMismatch(String reason, boolean otherContent) {
        super(reason);
        this.otherContent = otherContent;
    }

    boolean otherContent() {
        return otherContent;
    }
}
