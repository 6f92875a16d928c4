package io.github.mmupgrade.remote;

import io.github.mmupgrade.agent.AgentReply;
import io.github.mmupgrade.agent.TreeFetch;
import io.github.mmupgrade.agent.TreeFile;
import io.github.mmupgrade.agent.TreeTransfer;
import io.github.mmupgrade.host.Dialogue;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;

/** A tree on another machine, handed over or taken by an agent there. */
final class RemoteTree implements TreeDestination {

    private final Dialogue dialogue;
    private final List<TreeFile> files = new ArrayList<>();
    private final long free;

    /** Opens it; reads what is in it. */
    RemoteTree(Dialogue dialogue) throws IOException {
        this.dialogue = dialogue;
        for (AgentReply reply = reply(); ; reply = reply()) {
            if (reply instanceof AgentReply.Has has) {
                files.add(has.file());
            } else if (reply instanceof AgentReply.Ready ready) {
                free = ready.free();
                return;
            }
        }
    }

    private AgentReply reply() throws IOException {
        try {
            return AgentReply.read(dialogue.output());
        } catch (EOFException e) {
            throw new IOException("the other machine has ended the transfer: " + dialogue.errors(), e);
        }
    }

    @Override
    public List<TreeFile> files() {
        return files;
    }

    @Override
    public long free() {
        return free;
    }

    /** The files that are wanted, as a tar stream; once. */
    InputStream pack(List<TreeTransfer.Wanted> wanted) throws IOException {
        OutputStream input = dialogue.input();
        input.write(TreeTransfer.toLines(wanted).getBytes(StandardCharsets.UTF_8));
        input.flush();
        return dialogue.output();
    }

    @Override
    public void unpack(List<TreeTransfer.Wanted> gone, InputStream stream) throws IOException {
        try (OutputStream input = dialogue.input()) {
            input.write(TreeTransfer.toLines(gone).getBytes(StandardCharsets.UTF_8));
            stream.transferTo(input);
        }
        if (!(reply() instanceof AgentReply.Ended)) {
            throw new IOException("the other machine has not taken everything");
        }
    }

    /**
     * Has the machine fetch from another one; once, by an agent that was started for that.
     *
     * @param fetched is told how many bytes more there are
     * @throws NotReachedException when it does not reach that one; nothing was changed then
     */
    void fetch(
            TreeFetch.Order order,
            List<TreeTransfer.Wanted> gone,
            List<TreeTransfer.Wanted> wanted,
            LongConsumer fetched)
            throws IOException, NotReachedException {
        OutputStream input = dialogue.input();
        input.write(order.toLine().getBytes(StandardCharsets.UTF_8));
        input.write(TreeTransfer.toLines(gone).getBytes(StandardCharsets.UTF_8));
        input.write(TreeTransfer.toLines(wanted).getBytes(StandardCharsets.UTF_8));
        input.flush();
        for (AgentReply reply = reply(); !(reply instanceof AgentReply.Ended); reply = reply()) {
            if (reply instanceof AgentReply.NotFetched not) {
                throw new NotReachedException(not.why());
            }
            if (reply instanceof AgentReply.Fetched more) {
                fetched.accept(more.bytes());
            }
        }
    }

    /** A machine does not reach another one. */
    static final class NotReachedException extends Exception {
        private static final long serialVersionUID = 1L;

        NotReachedException(String why) {
            super(why);
        }
    }

    @Override
    public void close() {
        dialogue.close();
    }
}
