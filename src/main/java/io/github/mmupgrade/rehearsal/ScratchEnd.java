package io.github.mmupgrade.rehearsal;

import io.github.mmupgrade.database.DatabaseTools;
import io.github.mmupgrade.database.access.ScratchDatabase;
import io.github.mmupgrade.datasource.DataSource;
import io.github.mmupgrade.host.Host;
import io.github.mmupgrade.host.Owner;
import io.github.mmupgrade.host.ProcessId;
import io.github.mmupgrade.host.Processes;
import io.github.mmupgrade.report.Reporter;
import io.github.mmupgrade.scratch.ScratchPlace;
import io.github.mmupgrade.scratch.ScratchProcesses;
import java.nio.file.Path;

/** Ends what a rehearsal has started and removes what it has made, as its note says; safe to call again. */
final class ScratchEnd {

    private final Host host;
    private final DatabaseTools tools;
    private final Reporter reporter;

    ScratchEnd(Host host, DatabaseTools tools, Reporter reporter) {
        this.host = host;
        this.tools = tools;
        this.reporter = reporter;
    }

    /** Ends what rehearsals have left whose process was killed. */
    void endBroken(Path parent, String name) {
        Processes processes = new Processes(host);
        for (ScratchPlace place : ScratchPlace.find(parent, name)) {
            boolean broken = place.note()
                    .filter(note -> note.process() != 0)
                    .filter(note -> !processes.runs(new ProcessId(note.process(), note.processStart())))
                    .isPresent();
            if (broken) {
                end(place);
                reporter.info("Removed what an interrupted rehearsal had left in " + place);
            }
        }
    }

    /** Ends one: its servers, its database, its directory. */
    void end(ScratchPlace place) {
        ScratchProcesses.end(host, place.installation());
        ScratchPlace.Note note = place.note().orElse(null);
        if (note != null && note.given() != null) {
            DataSource given = DataSource.parse(note.driver(), note.given());
            DataSource own = note.database().equals(given.database()) ? given : given.withDatabase(note.database());
            ScratchDatabase.again(given, own, host, tools).remove();
        }
        if (note != null && note.postgresUid() >= 0) {
            new EmbeddedPostgres(host, place.postgres(), new Owner(note.postgresUid(), note.postgresGid())).stop();
        }
        place.remove();
    }
}
