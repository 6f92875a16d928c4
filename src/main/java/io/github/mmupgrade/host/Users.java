package io.github.mmupgrade.host;

import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;

/** Users and groups by the names that people know them by. */
public final class Users {

    /** Asking costs a process, also while the server is down; who was found keeps its numbers as long as a build runs. */
    private static final Map<Host, Map<String, Owner>> FOUND = Collections.synchronizedMap(new WeakHashMap<>());

    private final Host host;

    /** The users of a host. */
    public Users(Host host) {
        this.host = host;
    }

    /** The name of a user; the number where the user has none. */
    public String user(int uid) {
        return name("passwd", uid);
    }

    /** User and group as {@code chown} takes them. */
    public String of(Owner owner) {
        return user(owner.uid()) + ":" + name("group", owner.gid());
    }

    /** A user and its own group by the user's name or number; empty when the system knows none. */
    public Optional<Owner> find(String user) {
        Map<String, Owner> known = FOUND.computeIfAbsent(host, key -> new ConcurrentHashMap<>());
        Optional<Owner> found = Optional.ofNullable(known.get(user)).or(() -> ask(user));
        found.ifPresent(owner -> known.put(user, owner));
        return found;
    }

    private Optional<Owner> ask(String user) {
        if (host.which("getent").isEmpty()) {
            return Optional.empty();
        }
        CommandResult found = host.run(Command.of("getent", "passwd", user).build());
        String[] fields = found.output().strip().split(":", -1);
        return found.succeeded() && fields.length > 3
                ? Optional.of(new Owner(Integer.parseInt(fields[2]), Integer.parseInt(fields[3])))
                : Optional.empty();
    }

    /** Asks the system, which may know its users from elsewhere than {@code /etc/passwd} (LDAP). */
    private String name(String list, int id) {
        String number = Integer.toString(id);
        if (host.which("getent").isEmpty()) {
            return number;
        }
        CommandResult found = host.run(Command.of("getent", list, number).build());
        String name = found.output().strip().split(":", 2)[0];
        return found.succeeded() && !name.isEmpty() ? name : number;
    }
}
