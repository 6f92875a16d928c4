package io.github.mmupgrade.remote;

import io.github.mmupgrade.agent.AgentReply;
import io.github.mmupgrade.agent.AgentRequest;
import io.github.mmupgrade.host.Dialogue;
import io.github.mmupgrade.remote.ssh.LostConnectionException;
import io.github.mmupgrade.remote.ssh.SshConnection;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The talk with an agent: requests go there, replies come back. */
final class AgentTalk implements AutoCloseable {

    /** The target need not be trusted with this machine's memory: replies are shorter, and marks fewer. */
    private static final int LINE_LENGTH = 1 << 26;

    private static final int MOST_MARKS = 1000;
    private static final int NOISE_LINES = 10;
    private static final int NOISE_LENGTH = 2000;

    private final Dialogue dialogue;
    private final BufferedReader reader;
    private final OutputStream writer;
    private final Deque<String> noise = new ArrayDeque<>();
    private final Map<String, List<String>> facts = new HashMap<>();

    AgentTalk(Dialogue dialogue) {
        this.dialogue = dialogue;
        this.reader = new BufferedReader(new InputStreamReader(dialogue.output(), StandardCharsets.UTF_8));
        this.writer = dialogue.input();
    }

    /**
     * Waits for the agent to listen.
     *
     * @return empty when it does not: what the script has said by then tells why
     * @throws LostConnectionException when the connection has ended, not the script
     */
    Optional<AgentReply.Ready> start() throws LostConnectionException {
        int marks = 0;
        for (String line = line(); line != null; line = line()) {
            Optional<AgentReply> reply = parse(line);
            if (reply.isPresent() && reply.get() instanceof AgentReply.Ready ready) {
                return Optional.of(ready);
            }
            if (line.startsWith(TargetShell.MARK) && ++marks <= MOST_MARKS) {
                String[] words = line.substring(TargetShell.MARK.length()).split(" ", 2);
                facts.computeIfAbsent(words[0], name -> new ArrayList<>()).add(words.length > 1 ? words[1] : "");
            }
        }
        if (dialogue.status() == SshConnection.FAILED) {
            throw lost();
        }
        return Optional.empty();
    }

    /** What the script has said under a name before the agent was there. */
    List<String> facts(String name) {
        return facts.getOrDefault(name, List.of());
    }

    /** The first of them. */
    Optional<String> fact(String name) {
        return facts(name).stream().findFirst();
    }

    /** What else was printed, for a message. */
    String noise() {
        List<String> all = new ArrayList<>(noise);
        all.addAll(dialogue.errors().lines().toList());
        return String.join("\n", all.subList(Math.max(0, all.size() - NOISE_LINES), all.size()));
    }

    /** Asks the agent for something. */
    synchronized void ask(AgentRequest request) throws LostConnectionException {
        try {
            writer.write((request.toJson() + "\n").getBytes(StandardCharsets.UTF_8));
            writer.flush();
        } catch (IOException e) {
            throw lost();
        }
    }

    /** The next reply. */
    AgentReply next() throws LostConnectionException {
        for (String line = line(); line != null; line = line()) {
            Optional<AgentReply> reply = parse(line);
            if (reply.isPresent()) {
                return reply.get();
            }
        }
        throw lost();
    }

    /** Says that nothing follows, and waits until what was said has arrived. */
    void end() throws LostConnectionException {
        try {
            writer.close();
        } catch (IOException e) {
            throw lost();
        }
        while (line() != null) {
            // the agent ends when it has heard everything
        }
    }

    private String line() throws LostConnectionException {
        try {
            return readLine(reader, LINE_LENGTH);
        } catch (IOException e) {
            throw lost();
        }
    }

    /** The next line, without its end; null when there is none. */
    static String readLine(Reader reader, int most) throws IOException {
        StringBuilder line = new StringBuilder();
        int read = reader.read();
        if (read < 0) {
            return null;
        }
        for (; read >= 0 && read != '\n'; read = reader.read()) {
            if (line.length() == most) {
                throw new IOException("A line of more than " + most + " characters");
            }
            line.append((char) read);
        }
        int last = line.length() - 1;
        if (last >= 0 && line.charAt(last) == '\r') {
            line.setLength(last);
        }
        return line.toString();
    }

    private Optional<AgentReply> parse(String line) throws LostConnectionException {
        try {
            Optional<AgentReply> reply = AgentReply.parse(line);
            if (reply.isEmpty() && !line.startsWith(TargetShell.MARK)) {
                noise.add(line.substring(0, Math.min(line.length(), NOISE_LENGTH)));
                if (noise.size() > NOISE_LINES) {
                    noise.remove();
                }
            }
            return reply;
        } catch (IOException torn) {
            throw lost();
        }
    }

    private LostConnectionException lost() {
        String said = noise();
        return new LostConnectionException(said.isBlank() ? "the connection has ended" : said);
    }

    @Override
    public void close() {
        try {
            writer.close();
        } catch (IOException e) {
            // it is gone already
        }
        dialogue.close();
    }
}
