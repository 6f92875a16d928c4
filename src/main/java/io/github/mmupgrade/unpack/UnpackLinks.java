package io.github.mmupgrade.unpack;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The links of an archive. They are created when everything else is there, so that no entry can be written through
 * one, and only when each of them, followed through all others, stays inside the release.
 */
final class UnpackLinks {

    private static final int LONGEST_CHAIN = 40;

    private final Map<String, String> symbolic = new LinkedHashMap<>();
    private final Map<String, String> hard = new LinkedHashMap<>();

    void addSymbolic(String name, String target) throws UnpackRefusal {
        if (target.isEmpty()) {
            throw refusal(name, "is a link to nothing");
        }
        if (target.startsWith("/")) {
            throw refusal(name, "is a link that leads outside, to '" + UnpackRefusal.printable(target) + "'");
        }
        if (target.length() > 2048 || EntryNames.hasControlCharacter(target)) {
            throw refusal(name, "is a link to an invalid name");
        }
        EntryNames.requireWritable(EntryNames.TOP + "/" + name, target);
        symbolic.put(name, target);
    }

    /** A hard link: its target is spelled like an entry's name, from the archive's top; returns it from the top directory. */
    String addHard(String name, String spelledTarget, EntryNames names) throws UnpackRefusal {
        String prefix = EntryNames.TOP + "/";
        String spelled = spelledTarget.startsWith("./") ? spelledTarget.substring(2) : spelledTarget;
        String target = spelled.startsWith(prefix) ? spelled.substring(prefix.length()) : null;
        if (target == null || List.of(target.split("/", -1)).contains("..")) {
            throw refusal(
                    name, "is a hard link that leads outside, to '" + UnpackRefusal.printable(spelledTarget) + "'");
        }
        if (!names.has(target, EntryNames.Kind.FILE)) {
            throw refusal(
                    name,
                    "is a hard link to '" + UnpackRefusal.printable(spelledTarget)
                            + "', which is not a file that comes before it");
        }
        hard.put(name, target);
        return target;
    }

    /** The symbolic links, name to target, once all are known to stay inside. */
    Map<String, String> checkedSymbolic() throws UnpackRefusal {
        for (String name : symbolic.keySet()) {
            requireInside(name);
        }
        return Collections.unmodifiableMap(symbolic);
    }

    /** The hard links, name to the file's name, both from the top directory. */
    Map<String, String> hard() {
        return Collections.unmodifiableMap(hard);
    }

    /** Goes where the system would go, link by link: '..' behind a link is not '..' of its spelling. */
    private void requireInside(String name) throws UnpackRefusal {
        Deque<String> ahead = new ArrayDeque<>();
        push(ahead, name);
        List<String> here = new ArrayList<>();
        int followed = 0;
        while (!ahead.isEmpty()) {
            String part = ahead.pop();
            if (part.isEmpty() || part.equals(".")) {
                continue;
            }
            if (part.equals("..")) {
                if (here.isEmpty()) {
                    throw refusal(
                            name,
                            "is a link that leads outside, to '" + UnpackRefusal.printable(symbolic.get(name)) + "'");
                }
                here.remove(here.size() - 1);
                continue;
            }
            here.add(part);
            String target = symbolic.get(String.join("/", here));
            if (target != null) {
                if (++followed > LONGEST_CHAIN) {
                    throw refusal(name, "is a link that never ends");
                }
                here.remove(here.size() - 1);
                push(ahead, target);
            }
        }
    }

    private static UnpackRefusal refusal(String name, String reason) {
        return UnpackRefusal.entry(EntryNames.TOP + "/" + name, reason);
    }

    private static void push(Deque<String> ahead, String path) {
        String[] parts = path.split("/", -1);
        for (int i = parts.length - 1; i >= 0; i--) {
            ahead.push(parts[i]);
        }
    }
}
