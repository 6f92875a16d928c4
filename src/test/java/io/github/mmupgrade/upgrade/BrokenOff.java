package io.github.mmupgrade.upgrade;

/** Breaks a goal off inside this process: an error that nothing handles, so what was under way stays as it is. */
final class BrokenOff extends Error {

    private static final long serialVersionUID = 1L;

    BrokenOff() {
        super("broken off", null, false, false);
    }
}
