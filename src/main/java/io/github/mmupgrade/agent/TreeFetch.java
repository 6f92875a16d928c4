package io.github.mmupgrade.agent;

import io.github.mmupgrade.files.AtomicFile;
import io.github.mmupgrade.host.Command;
import io.github.mmupgrade.host.Dialogue;
import io.github.mmupgrade.host.LocalHost;
import io.github.mmupgrade.report.Json;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * Fetches what is missing of a tree from an agent on a third machine, which this one logs in to itself: nothing of it goes
 * through the caller. The login is that of the caller's ssh agent, which is forwarded here as long as it takes.
 */
public final class TreeFetch {

    private static final Duration WITHOUT_END = Duration.ofDays(30);

    private TreeFetch() {}

    /**
     * What is fetched.
     *
     * @param login the ssh client and its options up to the machine's name; the file of known keys is added in front
     * @param machine the machine's name and what is run there
     * @param knownHosts the lines of the file of known keys; no other key is taken
     * @param opening what the machine's shell reads first, Base64
     * @param gone what is removed here before, as {@link TreeTransfer#toLines} writes it
     * @param wanted what is fetched, in the same form
     */
    public record Order(
            List<String> login,
            List<String> machine,
            List<String> knownHosts,
            String opening,
            String gone,
            String wanted) {

        /** As a line. */
        public String toLine() {
            return Json.line(this) + "\n";
        }
    }

    /**
     * Fetches.
     *
     * @param line the order
     */
    static void run(Path tree, String line, AgentOutput output) throws IOException {
        Order order = Json.MAPPER.readValue(line, Order.class);
        try (Temporary directory = new Temporary("mattermost-fetch")) {
            Path known = directory.path().resolve("known_hosts");
            AtomicFile.write(known, AtomicFile.PRIVATE, String.join("\n", order.knownHosts()) + "\n");
            List<String> words = new ArrayList<>(order.login());
            words.addAll(1, List.of("-o", "UserKnownHostsFile=\"" + known + "\""));
            words.addAll(order.machine());
            String program = words.remove(0);
            LocalHost host = new LocalHost();
            if (host.which(program).isEmpty()) {
                output.say(new AgentReply.NotFetched("there is no " + program));
                return;
            }
            try (Dialogue other =
                    host.open(Command.of(program).add(words).limit(WITHOUT_END).build())) {
                fetch(tree, order, other, output);
            }
        }
    }

    private static void fetch(Path tree, Order order, Dialogue other, AgentOutput output) throws IOException {
        try {
            OutputStream input = other.input();
            input.write(Base64.getDecoder().decode(order.opening()));
            input.flush();
            AgentReply reply;
            do {
                reply = AgentReply.read(other.output());
            } while (!(reply instanceof AgentReply.Ready));
            input.write(order.wanted().getBytes(StandardCharsets.UTF_8));
            input.flush();
        } catch (IOException e) {
            output.say(new AgentReply.NotFetched(other.errors().isEmpty() ? "it does not answer" : other.errors()));
            return;
        }
        byte[] gone = order.gone().getBytes(StandardCharsets.UTF_8);
        TreeTransfer.unpack(
                tree, TreeTransfer.readLines(new ByteArrayInputStream(gone)), new FilterInputStream(other.output()) {
                    private long since;

                    @Override
                    public int read(byte[] target, int start, int length) throws IOException {
                        int read = super.read(target, start, length);
                        since += Math.max(0, read);
                        if (since >= AgentReply.Fetched.STEP || (read < 0 && since > 0)) {
                            output.say(new AgentReply.Fetched(since));
                            since = 0;
                        }
                        return read;
                    }
                });
        output.say(new AgentReply.Ended(AgentReply.Outcome.DONE));
    }
}
