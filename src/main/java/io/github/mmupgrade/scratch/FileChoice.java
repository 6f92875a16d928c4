package io.github.mmupgrade.scratch;

/** Which files of the file store are copied. */
public enum FileChoice {
    /** All of them where the file system can let a copy share their blocks, else none. */
    AUTO,
    /** All of them. */
    ALL,
    /** None of them. */
    NONE
}
