package io.github.mmupgrade.backup.copy;

import java.io.IOException;

/** Something that goes into a backup can't be read by the server's user, for whom root would read it. */
final class HiddenFromUserException extends IOException {

    private static final long serialVersionUID = 1;

    private final String file;

    HiddenFromUserException(String file) {
        super(file + " cannot be read by the user that the server runs as");
        this.file = file;
    }

    String file() {
        return file;
    }
}
