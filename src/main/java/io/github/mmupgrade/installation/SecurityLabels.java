package io.github.mmupgrade.installation;

import io.github.mmupgrade.files.FileStat;
import io.github.mmupgrade.files.RawName;
import io.github.mmupgrade.files.SecureTree;
import io.github.mmupgrade.files.TreeWalk;
import io.github.mmupgrade.host.Command;
import io.github.mmupgrade.host.CommandResult;
import io.github.mmupgrade.host.Host;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The labels of SELinux. A file gets the label of the place where it was made and keeps it when it is renamed: systemd
 * would not start a program with the label of another place. Does nothing where SELinux is off.
 */
public final class SecurityLabels {

    private static final String ENFORCE = "/sys/fs/selinux/enforce";
    private static final Duration LIMIT = Duration.ofMinutes(30);
    private static final int AT_ONCE = 500;
    private static final int OTHERS = 0077;
    private static final String FILE = "# file: ";
    private static final Pattern OCTAL = Pattern.compile("\\\\([0-7]{3})");

    /** What no release brings, or what a release does not replace. */
    private static final Set<String> NEVER = Set.of("config", "data", "logs", "plugins");

    private final Host host;

    /** The labels of a host's files. */
    public SecurityLabels(Host host) {
        this.host = host;
    }

    /** Whether SELinux is on. */
    public boolean enabled() {
        return Files.exists(host.path(ENFORCE))
                || (host.which("selinuxenabled").isPresent()
                        && host.run(Command.of("selinuxenabled").build()).succeeded());
    }

    /**
     * Gives the entries of an unpacked release the labels that the installed entries of the same names have.
     *
     * @param tree holds the release, which nobody else can enter yet
     * @throws IOException when a label can't be set
     */
    void carryOver(Path installed, SecureTree tree, Path next) throws IOException {
        if (host.self().uid() != 0 || !enabled() || host.which("getfattr").isEmpty()) {
            return;
        }
        Path found = Files.createTempFile("mattermost-labels", "");
        Path wanted = Files.createTempFile("mattermost-labels", "");
        try {
            List<String> entries = replaced(installed, next);
            if (!entries.isEmpty() && read(installed, entries, found) && keepThoseOf(next, found, wanted)) {
                Path held = tree.held(next.resolve("bin")).getParent();
                FileStat locked = FileStat.of(held.resolve("."));
                if (locked.uid() != host.self().uid() || (locked.mode() & OTHERS) != 0) {
                    throw new IOException(next + " was replaced in the meantime");
                }
                CommandResult set = host.run(Command.of("setfattr", "-h", "--restore=" + wanted)
                        .directory(held)
                        .limit(LIMIT)
                        .build());
                if (!set.succeeded()) {
                    throw new IOException("the SELinux labels cannot be set: " + set.tail());
                }
            }
        } finally {
            Files.deleteIfExists(found);
            Files.deleteIfExists(wanted);
        }
    }

    /** The entries that a release puts in the place of others, relative to the installation. */
    private static List<String> replaced(Path installed, Path next) {
        List<String> found = new ArrayList<>();
        for (String name : DirectoryNames.names(next)) {
            if (name.equals("client")) {
                DirectoryNames.names(next.resolve(name)).stream()
                        .filter(inside -> !inside.equals("plugins"))
                        .map(inside -> "client/" + inside)
                        .forEach(found::add);
            } else if (!NEVER.contains(name)) {
                found.add(name);
            }
        }
        found.removeIf(name -> !Files.exists(installed.resolve(name), LinkOption.NOFOLLOW_LINKS));
        return found;
    }

    private boolean read(Path installed, List<String> entries, Path into) throws IOException {
        CommandResult read = host.run(Command.of("getfattr", "-R", "-P", "-h", "-d", "-m", "^security\\.selinux$", "--")
                .add(entries)
                .directory(installed)
                .standardOutput(into)
                .limit(LIMIT)
                .build());
        return read.succeeded() && Files.size(into) > 0;
    }

    /** Leaves out what the release does not have; says whether anything is left. */
    private static boolean keepThoseOf(Path next, Path found, Path wanted) throws IOException {
        boolean any = false;
        boolean kept = false;
        try (var lines = Files.newBufferedReader(found, StandardCharsets.ISO_8859_1);
                BufferedWriter out = Files.newBufferedWriter(wanted, StandardCharsets.ISO_8859_1)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith(FILE)) {
                    Path entry = RawName.resolve(next, unescape(line.substring(FILE.length())));
                    kept = Files.exists(entry, LinkOption.NOFOLLOW_LINKS);
                    any |= kept;
                }
                if (kept) {
                    out.write(line);
                    out.newLine();
                }
            }
        }
        return any;
    }

    private static String unescape(String name) {
        return OCTAL.matcher(name)
                .replaceAll(
                        octal -> Matcher.quoteReplacement(String.valueOf((char) Integer.parseInt(octal.group(1), 8))));
    }

    /**
     * Lets the system label what a release has brought and what had no entry to take the label over from.
     *
     * @return what failed; empty when nothing did, or SELinux is off
     */
    public Optional<String> restore(SwapPlan plan, Path installed) {
        if (!enabled() || host.which("restorecon").isEmpty()) {
            return Optional.empty();
        }
        List<String> fresh = new ArrayList<>();
        for (SwapPlan.Move move : plan.moves()) {
            if (move.direction() == SwapPlan.Direction.IN) {
                addFresh(
                        move.rename().to(),
                        plan.previous()
                                .resolve(installed.relativize(move.rename().to())),
                        fresh);
            }
        }
        for (int i = 0; i < fresh.size(); i += AT_ONCE) {
            CommandResult result = host.run(Command.of("restorecon", "-R", "--")
                    .add(fresh.subList(i, Math.min(fresh.size(), i + AT_ONCE)))
                    .limit(LIMIT)
                    .build());
            if (!result.succeeded()) {
                return Optional.of(result.tail());
            }
        }
        return Optional.empty();
    }

    private void addFresh(Path entry, Path before, List<String> fresh) {
        TreeWalk walk = new TreeWalk(entry);
        Path last = null;
        try {
            while (walk.hasNext()) {
                TreeWalk.Entry met = walk.next();
                if (last != null && met.path().startsWith(last)) {
                    continue;
                }
                Path counterpart = RawName.resolve(before, met.name());
                if (!Files.exists(counterpart, LinkOption.NOFOLLOW_LINKS)) {
                    fresh.add(met.path().toString());
                    last = met.stat().kind() == FileStat.Kind.DIRECTORY ? met.path() : null;
                }
            }
        } catch (UncheckedIOException e) {
            // what can't be looked at is left to the system as a whole
            fresh.add(entry.toString());
        }
    }
}
