package io.github.mmupgrade.host;

/**
 * Who owns a file or runs a process.
 *
 * @param uid the user's number, not negative
 * @param gid the group's number, not negative
 */
public record Owner(int uid, int gid) {

    /** The super user. */
    public static final Owner ROOT = new Owner(0, 0);

    /** Checks the numbers. */
    public Owner {
        if (uid < 0 || gid < 0) {
            throw new IllegalArgumentException("Not a user and group: " + uid + ":" + gid);
        }
    }

    @Override
    public String toString() {
        return uid + ":" + gid;
    }
}
