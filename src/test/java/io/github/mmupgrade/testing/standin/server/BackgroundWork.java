package io.github.mmupgrade.testing.standin.server;

/** What the server writes on its own: background migrations, its node in a cluster, and what it was told to. */
final class BackgroundWork {

    private final Store store;
    private final ReleaseLine line;
    private final Misbehaviour misbehaviour;
    private final Actions actions;
    private final ClusterMember member;

    /**
     * Prepares it.
     *
     * @param member this node; null outside of a cluster
     */
    BackgroundWork(Store store, ReleaseLine line, Misbehaviour misbehaviour, Actions actions, ClusterMember member) {
        this.store = store;
        this.line = line;
        this.misbehaviour = misbehaviour;
        this.actions = actions;
        this.member = member;
    }

    /** What a user, or a broken release, would write before anyone asked the server anything. */
    void beforeListening() {
        for (int i = 0; i < misbehaviour.number("post-at-start", 0); i++) {
            String channel = store.value("SELECT Id FROM Channels");
            actions.createPost(
                    Actions.id(), Actions.object().put("channel_id", channel).put("message", "written at the start"));
        }
        if (misbehaviour.asks("lose-posts")) {
            store.update("DELETE FROM Posts");
        }
        if (misbehaviour.asks("lose-teams")) {
            store.update("DELETE FROM Teams");
        }
        if (member != null) {
            member.join();
        }
    }

    /** A migration that goes on after the server answers; it lasts {@code background-migration} seconds. */
    void afterListening() {
        if (!line.from(5, 0)
                || store.value("SELECT Id FROM Jobs WHERE Type = 'migrations' AND Data = ?", data()) != null) {
            return;
        }
        String job = Actions.id();
        long now = System.currentTimeMillis();
        store.update(
                "INSERT INTO Jobs (Id, Type, Priority, CreateAt, StartAt, LastActivityAt, Status, Progress, Data)"
                        + " VALUES (?, 'migrations', 0, ?, ?, ?, 'in_progress', 0, ?)",
                job,
                now,
                now,
                now,
                data());
        Thread work = new Thread(
                () -> {
                    StandInServer.pause(misbehaviour.number("background-migration", 0.5));
                    store.update("UPDATE Jobs SET Status = 'success', Progress = 100 WHERE Id = ?", job);
                },
                "background-migration");
        work.setDaemon(true);
        work.start();
    }

    private String data() {
        return "{\"migration_key\":\"standin_" + line.schema() + "\"}";
    }

    /** Takes this node out of the cluster. */
    void end() {
        if (member != null) {
            member.leave();
        }
    }
}
