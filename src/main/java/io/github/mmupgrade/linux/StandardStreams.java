package io.github.mmupgrade.linux;

import com.sun.jna.Native;

/**
 * Whether somebody looks at what is printed. {@code System.console()} no longer tells from Java 22 on: it is there
 * although input and output are files.
 */
public final class StandardStreams {

    private static final boolean LOADED = load();

    private StandardStreams() {}

    private static boolean load() {
        try {
            Native.register(C.class, "c");
            return true;
        } catch (Error e) { // of several kinds: no library for this platform
            return false;
        }
    }

    private static final class C {
        private C() {}

        static native int isatty(int descriptor);
    }

    /** Whether standard input and standard output both are a terminal; false where that cannot be told. */
    public static boolean areTerminal() {
        return LOADED && C.isatty(0) == 1 && C.isatty(1) == 1;
    }
}
