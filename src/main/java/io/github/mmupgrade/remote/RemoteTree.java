package io.github.mmupgrade.remote;

import io.github.mmupgrade.agent.AgentReply;
import io.github.mmupgrade.agent.TreeFile;
import io.github.mmupgrade.agent.TreeTransfer;
import io.github.mmupgrade.host.Dialogue;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

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

    /** What the agent says next. No byte behind the line is taken: it may belong to a stream. */
    private AgentReply reply() throws IOException {
        while (true) {
            ByteArrayOutputStream line = new ByteArrayOutputStream();
            int each = dialogue.output().read();
            while (each != '\n') {
                if (each < 0) {
                    throw new IOException("the other machine has ended the transfer: " + dialogue.errors());
                }
                line.write(each);
                each = dialogue.output().read();
            }
            Optional<AgentReply> reply = AgentReply.parse(line.toString(StandardCharsets.UTF_8));
            if (reply.isPresent()) {
                return reply.get();
            }
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

    @Override
    public void close() {
        dialogue.close();
    }
}
