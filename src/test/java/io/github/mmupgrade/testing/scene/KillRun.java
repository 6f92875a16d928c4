package io.github.mmupgrade.testing.scene;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** Kills upgrades and rollbacks one after the other, and keeps the account of what survived. */
public final class KillRun {

    /** What is known of one kind of fault. */
    private static final class Account {
        private int killed;
        private int survived;
        private double seconds;
    }

    private final KillScene scene;
    /** Before or behind the moment when the event is on the disk, each ended in two ways. */
    private static final int WAYS = 4;

    private final Map<String, Account> table = new TreeMap<>();
    private final List<String> losses = new ArrayList<>();
    private int faults;
    private long started;
    private long until = Long.MAX_VALUE;

    public KillRun(KillScene scene) {
        this.scene = scene;
    }

    /** How a killed run is ended. */
    public enum Then {
        /** The same goal again, and back. */
        AGAIN,
        /** Back at once. */
        BACK
    }

    /** An upgrade that nobody disturbs, as the measure of all others; the number of its events. */
    public int undisturbed() throws Exception {
        begin();
        scene.upgradeAgain();
        scene.assertNew();
        int events = scene.scene().place().journal().events().size();
        scene.rollBack();
        scene.assertOld();
        return events;
    }

    /**
     * Kills an upgrade behind an event.
     *
     * @param torn whether the event itself is lost again, as if the kill had come before it was on the disk
     */
    public void upgrade(int event, boolean torn, Then then) throws Exception {
        begin();
        int status = scene.call("upgrade", event);
        if (status != UpgradeProcess.KILLED) {
            throw new AssertionError(
                    "The upgrade ended with " + status + " before event " + event + ":\n" + scene.log());
        }
        String name = scene.lastEvent();
        if (torn) {
            scene.tearLastEvent();
        }
        ended((torn ? "before " : "after ") + "upgrade: " + name, "event " + event + (torn ? " torn" : ""), then);
    }

    /** Kills a rollback of a finished upgrade behind an event of the rollback; false when it had fewer events. */
    public boolean rollback(int event, boolean torn) throws Exception {
        begin();
        scene.upgradeAgain();
        int status = scene.call("rollback", event);
        if (status == 0) {
            return false;
        }
        if (status != UpgradeProcess.KILLED) {
            throw new AssertionError("The rollback ended with " + status + ":\n" + scene.log());
        }
        String name = scene.lastEvent();
        if (torn) {
            scene.tearLastEvent();
        }
        ended((torn ? "before " : "after ") + "rollback: " + name, "event " + event + (torn ? " torn" : ""), Then.BACK);
        return true;
    }

    /** Kills the process group of an upgrade at a moment. */
    public void atRandom(long seed, long longestMillis) throws Exception {
        begin();
        // the first number of a java.util.Random hardly differs from one seed to the next
        SplittableRandom random = new SplittableRandom(seed);
        Process process = scene.launch("upgrade");
        process.waitFor((long) (random.nextDouble() * longestMillis), TimeUnit.MILLISECONDS);
        KillScene.signal(process, "KILL");
        process.waitFor();
        ended("at random: " + scene.lastEvent(), "seed " + seed, random.nextBoolean() ? Then.AGAIN : Then.BACK);
    }

    private void begin() throws Exception {
        started = System.nanoTime();
        scene.restore();
    }

    private void ended(String name, String which, Then then) {
        faults++;
        Account account = table.computeIfAbsent(name, key -> new Account());
        account.killed++;
        try {
            if (then == Then.AGAIN) {
                scene.upgradeAgain();
                scene.assertNew();
            }
            scene.rollBack();
            scene.assertOld();
            account.survived++;
        } catch (Exception | AssertionError e) {
            StringWriter trace = new StringWriter();
            e.printStackTrace(new PrintWriter(trace));
            losses.add(name + " (" + which + ", then " + then + "): " + trace);
        }
        account.seconds += (System.nanoTime() - started) / 1e9;
    }

    public List<String> losses() {
        return losses;
    }

    /** The account, a line each. */
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        table.forEach((name, account) -> lines.add(String.format(
                Locale.ROOT,
                "%-60s %4d killed %4d survived %6.1f s each",
                name,
                account.killed,
                account.survived,
                account.seconds / account.killed)));
        losses.forEach(loss -> lines.add("LOST: " + loss));
        double all =
                table.values().stream().mapToDouble(account -> account.seconds).sum();
        lines.add(String.format(Locale.ROOT, "%.1f s a fault", faults == 0 ? 0 : all / faults));
        lines.add(faults + " faults, " + (faults - losses.size()) + " survived, " + losses.size() + " lost");
        return lines;
    }

    /**
     * All faults; ends with status 1 when one was not survived.
     *
     * @param arguments a directory for the scene, how many random moments, the first seed, every how many-th event,
     *     {@code all} to end each kill in each way or {@code one} to take turns, after how many minutes to stop (0: when
     *     all is done), {@code command} to save the database by an own command
     */
    public static void main(String[] arguments) throws Exception {
        int randoms = Integer.parseInt(arguments[1]);
        long seed = Long.parseLong(arguments[2]);
        int stride = Integer.parseInt(arguments[3]);
        boolean all = arguments[4].equals("all");
        long minutes = Long.parseLong(arguments[5]);
        KillRun run;
        try (KillScene scene = new KillScene(Path.of(arguments[0]), arguments[6].equals("command"))) {
            run = new KillRun(scene);
            run.until = minutes == 0 ? Long.MAX_VALUE : System.nanoTime() + TimeUnit.MINUTES.toNanos(minutes);
            int events = run.undisturbed();
            long longest = scene.millisecondsOfAnUpgrade();
            System.out.println("An upgrade has " + events + " events and takes " + longest / 1000.0 + " s");
            run.upgrades(events, stride, all);
            run.rollbacks(stride, all);
            run.randoms(randoms, seed, longest);
        }
        run.lines().forEach(System.out::println);
        System.exit(run.losses().isEmpty() ? 0 : 1);
    }

    private void upgrades(int events, int stride, boolean all) throws Exception {
        for (int event = 1; event <= events && goesOn(); event += stride) {
            for (int way = 0; way < WAYS; way++) {
                if (all || way == event / stride % WAYS) {
                    upgrade(event, way % 2 == 1, way < 2 ? Then.AGAIN : Then.BACK);
                }
            }
            System.out.println(last("upgrade event " + event));
        }
    }

    private void rollbacks(int stride, boolean all) throws Exception {
        for (int event = 1; goesOn() && rollback(event, !all && event / stride % 2 == 1); event += stride) {
            if (all) {
                rollback(event, true);
            }
            System.out.println(last("rollback event " + event));
        }
    }

    private void randoms(int count, long seed, long longestMillis) throws Exception {
        for (int i = 0; i < count && goesOn(); i++) {
            atRandom(seed + i, longestMillis);
            System.out.println(last("seed " + (seed + i)));
        }
    }

    private boolean goesOn() {
        return System.nanoTime() < until;
    }

    private String last(String which) {
        return which + ": " + faults + " faults, " + losses.size() + " lost"
                + (losses.isEmpty() ? "" : "; " + losses.get(losses.size() - 1));
    }
}
