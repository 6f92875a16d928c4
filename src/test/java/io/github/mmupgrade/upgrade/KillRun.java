package io.github.mmupgrade.upgrade;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** Kills upgrades and rollbacks one after the other, and keeps the account of what survived. */
final class KillRun {

    private final KillScene scene;
    private final Map<String, int[]> table = new TreeMap<>();
    private final List<String> losses = new ArrayList<>();
    private int faults;

    KillRun(KillScene scene) {
        this.scene = scene;
    }

    /** How a killed run is ended. */
    enum Then {
        /** The same goal again, and back. */
        AGAIN,
        /** Back at once. */
        BACK
    }

    /** An upgrade that nobody disturbs, as the measure of all others; the number of its events. */
    int undisturbed() throws Exception {
        scene.restore();
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
    void upgrade(int event, boolean torn, Then then) throws Exception {
        scene.restore();
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
    boolean rollback(int event, boolean torn) throws Exception {
        scene.restore();
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
    void atRandom(long seed, long longestMillis) throws Exception {
        scene.restore();
        Random random = new Random(seed);
        Process process = scene.launch("upgrade");
        process.waitFor((long) (random.nextDouble() * longestMillis), TimeUnit.MILLISECONDS);
        KillScene.signal(process, "KILL");
        process.waitFor();
        ended("at random: " + scene.lastEvent(), "seed " + seed, random.nextBoolean() ? Then.AGAIN : Then.BACK);
    }

    private void ended(String name, String which, Then then) {
        faults++;
        int[] counts = table.computeIfAbsent(name, key -> new int[2]);
        counts[0]++;
        try {
            if (then == Then.AGAIN) {
                scene.upgradeAgain();
                scene.assertNew();
            }
            scene.rollBack();
            scene.assertOld();
            counts[1]++;
        } catch (Exception | AssertionError e) {
            java.io.StringWriter trace = new java.io.StringWriter();
            e.printStackTrace(new java.io.PrintWriter(trace));
            losses.add(name + " (" + which + ", then " + then + "): " + trace);
        }
    }

    List<String> losses() {
        return losses;
    }

    /** The account, a line each. */
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        table.forEach((name, counts) ->
                lines.add(String.format(Locale.ROOT, "%-60s %4d killed %4d survived", name, counts[0], counts[1])));
        losses.forEach(loss -> lines.add("LOST: " + loss));
        lines.add(faults + " faults, " + (faults - losses.size()) + " survived, " + losses.size() + " lost");
        return lines;
    }

    /**
     * All faults; ends with status 1 when one was not survived.
     *
     * @param arguments a directory for the scene, how many random moments, the first seed, every how many-th event
     */
    public static void main(String[] arguments) throws Exception {
        int randoms = Integer.parseInt(arguments[1]);
        long seed = Long.parseLong(arguments[2]);
        int stride = Integer.parseInt(arguments[3]);
        KillRun run;
        try (KillScene scene = new KillScene(java.nio.file.Path.of(arguments[0]))) {
            run = new KillRun(scene);
            int events = run.undisturbed();
            System.out.println("An upgrade has " + events + " events");
            for (int event = 1; event <= events; event += stride) {
                for (boolean torn : new boolean[] {false, true}) {
                    for (Then then : Then.values()) {
                        run.upgrade(event, torn, then);
                    }
                }
                System.out.println(run.last(event));
            }
            for (int event = 1; run.rollback(event, false); event += stride) {
                run.rollback(event, true);
                System.out.println(run.last(event));
            }
            for (int i = 0; i < randoms; i++) {
                run.atRandom(seed + i, 12_000);
                System.out.println(run.last(i));
            }
        }
        run.lines().forEach(System.out::println);
        System.exit(run.losses().isEmpty() ? 0 : 1);
    }

    private String last(int event) {
        return event + ": " + faults + " faults, " + losses.size() + " lost"
                + (losses.isEmpty() ? "" : "; " + losses.get(losses.size() - 1));
    }
}
