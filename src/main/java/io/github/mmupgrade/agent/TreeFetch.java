package io.github.mmupgrade.agent;

import io.github.mmupgrade.files.AtomicFile;
import io.github.mmupgrade.host.Command;
import io.github.mmupgrade.host.Dialogue;
import io.github.mmupgrade.host.LocalHost;
import io.github.mmupgrade.report.IoReason;
import io.github.mmupgrade.report.Json;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Fetches what is missing of a tree from an agent on a third machine, which this one logs in to itself: nothing of it goes
 * through the caller. The login is that of the caller's ssh agent, which is forwarded here as long as it takes.
 */
public final class TreeFetch {

    private static final Duration WITHOUT_END = Duration.ofDays(30);

    /** Listing a million files takes half of it. */
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private TreeFetch() {}

    /**
     * What is fetched.
     *
     * @param login the ssh client and its options up to the machine's name; the file of known keys is added in front
     * @param machine the machine's name and what is run there
     * @param knownHosts the lines of the file of known keys; no other key is taken
     * @param opening what the machine's shell reads first, Base64
     */
    public record Order(List<String> login, List<String> machine, List<String> knownHosts, String opening) {

        /** As a line. */
        public String toLine() {
            return Json.line(this) + "\n";
        }
    }

    /**
     * Fetches.
     *
     * @param in the order as a line; then what is removed here before, and what is fetched, each as {@link
     *     TreeTransfer#toLines} writes it
     */
    static void run(Path tree, InputStream in, AgentOutput output) throws IOException {
        Order order = Json.MAPPER.readValue(AgentReply.line(in), Order.class);
        List<TreeTransfer.Wanted> gone = TreeTransfer.readLines(in);
        List<TreeTransfer.Wanted> wanted = TreeTransfer.readLines(in);
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
                Optional<String> obstacle = ask(order, wanted, other);
                if (obstacle.isPresent()) {
                    output.say(new AgentReply.NotFetched(obstacle.get()));
                    return;
                }
                take(tree, gone, other, output);
            }
        }
    }

    /** Starts the agent there; says why it does not answer. */
    private static Optional<String> ask(Order order, List<TreeTransfer.Wanted> wanted, Dialogue other) {
        // a key with a command of its own may let in and say nothing
        CompletableFuture<Void> answered = new CompletableFuture<>();
        CompletableFuture<Void> watch = answered.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                .exceptionally(late -> {
                    other.close();
                    return null;
                });
        String said = "";
        try {
            OutputStream input = other.input();
            input.write(Base64.getDecoder().decode(order.opening()));
            input.flush();
            Optional<AgentReply> reply = Optional.empty();
            while (!(reply.orElse(null) instanceof AgentReply.Ready)) {
                said = new String(AgentReply.line(other.output()), StandardCharsets.UTF_8);
                reply = AgentReply.parse(said);
            }
            input.write(TreeTransfer.toLines(wanted).getBytes(StandardCharsets.UTF_8));
            input.flush();
            return Optional.empty();
        } catch (IOException e) {
            String errors = other.errors();
            return Optional.of(
                    !errors.isBlank() ? errors : said.isBlank() ? "it does not answer" : "it said '" + said + "'");
        } finally {
            answered.complete(null);
            watch.join();
        }
    }

    private static void take(Path tree, List<TreeTransfer.Wanted> gone, Dialogue other, AgentOutput output)
            throws IOException {
        InputStream counted = new FilterInputStream(other.output()) {
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
        };
        try {
            TreeTransfer.unpack(tree, gone, counted);
        } catch (IOException e) {
            throw new IOException(IoReason.of(e) + " " + other.errors(), e);
        }
        output.say(new AgentReply.Ended(AgentReply.Outcome.DONE));
    }
}
