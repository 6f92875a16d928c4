package io.github.mmupgrade.remote;

import io.github.mmupgrade.context.UpgradeOptions;
import io.github.mmupgrade.engine.Engine;
import io.github.mmupgrade.engine.GoalArguments;
import io.github.mmupgrade.engine.HintRenderer;
import io.github.mmupgrade.engine.Request;
import io.github.mmupgrade.engine.RequestSecrets;
import io.github.mmupgrade.host.Host;
import io.github.mmupgrade.report.Reporter;
import java.nio.file.Path;
import java.time.Duration;

/** A rehearsal on this machine with the data of another one, which only makes a backup while its server runs. */
public final class ControllerRehearsal {

    private final Host here;
    private final RemoteEngine source;
    private final Engine engine;
    private final Path directory;
    private final Duration patience;

    /**
     * A rehearsal.
     *
     * @param source the machine of the installation
     * @param engine carries the rehearsal out on this machine
     * @param directory where the data and the archives are kept on this machine
     * @param patience for how long a lost connection is tried again
     */
    public ControllerRehearsal(Host here, RemoteEngine source, Engine engine, Path directory, Duration patience) {
        this.here = here;
        this.source = source;
        this.engine = engine;
        this.directory = directory;
        this.patience = patience;
    }

    /**
     * Carries it out.
     *
     * @param request the rehearsal as it was asked for; a backup that it names is on the other machine
     */
    public void run(Request request, RequestSecrets secrets, HintRenderer hints, ReportFiles files, Reporter reporter) {
        GoalArguments.Rehearse how = (GoalArguments.Rehearse) request.arguments();
        UpgradeOptions options = request.options();
        String name = source.target().name().replace(':', '_');
        Path received = directory.resolve("rehearsals").resolve(name);
        if (options.dryRun()) {
            reporter.info("would make a backup on " + source.target() + ", send it to " + received
                    + " and rehearse with it here");
            reporter.info("Dry run: nothing was changed.");
            return;
        }
        if (!how.end()) {
            bring(how.options().source(), options, secrets, hints, files, received, reporter);
        }
        Path state = directory.resolve("state").resolve(name);
        UpgradeOptions local = options.in(new UpgradeOptions.Places(
                state, state.resolve("backups"), directory.resolve("archives"), files.directory(), null));
        engine.run(
                new Request(request.goal(), local, how.with(how.options().from(received.toString()))),
                secrets,
                reporter);
    }

    private void bring(
            String named,
            UpgradeOptions options,
            RequestSecrets secrets,
            HintRenderer hints,
            ReportFiles files,
            Path received,
            Reporter reporter) {
        BackupFetch fetch =
                new BackupFetch(source, RequestSecrets.NONE.over(secrets.network()), hints, files, false, reporter);
        Path backup = named == null
                ? fetch.make(options.elsewhere(options.installDirectory(), options.service(), false))
                : fetch.find(options, named);
        fetch.bring(backup, mode -> new LocalTree(here, received), patience);
    }
}
