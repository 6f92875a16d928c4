package io.github.mmupgrade.fuzz;

import io.github.mmupgrade.server.WaitTimer;
import io.github.mmupgrade.service.EnvironmentFile;
import io.github.mmupgrade.service.ServiceContext;
import io.github.mmupgrade.service.ServiceControl;
import io.github.mmupgrade.service.Services;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** One text as all that a service manager has: what its programs say, unit, job, init script, environment file. */
public final class ServiceFuzz {

    private static final Path ROOT = Fuzzing.directory();
    private static final List<String> FILES =
            List.of("etc/init/chat.conf", "etc/init.d/chat", "etc/default/chat", "etc/chat.env");
    private static String said = "";
    private static final ServiceContext CONTEXT = new ServiceContext(
            Fuzzing.host(() -> said), Path.of("/opt/mattermost"), null, ROOT, ROOT.resolve("log"), WaitTimer.real());

    private ServiceFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) throws Exception {
        // the texts of systemd are C's, which end with a zero byte
        said = Fuzzing.text(input).replace("\0", "");
        for (String file : FILES) {
            Files.createDirectories(ROOT.resolve(file).getParent());
            Files.write(ROOT.resolve(file), input);
        }
        Fuzzing.endsWell(() -> EnvironmentFile.parse(said));
        Fuzzing.endsWell(() -> lookAtSystemd(Services.systemd(CONTEXT, "chat.service")));
        Fuzzing.endsWell(() -> look(Services.upstart(CONTEXT, "chat")));
        Fuzzing.endsWell(() -> look(Services.sysv(CONTEXT, "chat")));
        Fuzzing.endsWell(() -> look(Services.command(CONTEXT, said, said, said, Map.of())));
    }

    private static void look(ServiceControl service) {
        service.unit().configLocation();
    }

    /** The others look at all processes instead, which takes long. */
    private static void lookAtSystemd(ServiceControl service) {
        look(service);
        service.mainPid();
        service.state();
        service.startLimit();
    }
}
