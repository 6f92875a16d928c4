package io.github.mmupgrade.testing.scene;

/** Breaks a goal off inside this process: an error that nothing handles, so what was under way stays as it is. */
public final class BrokenOff extends Error {

    private static final long serialVersionUID = 1L;

    public BrokenOff() {
        super("broken off", null, false, false);
    }
}
