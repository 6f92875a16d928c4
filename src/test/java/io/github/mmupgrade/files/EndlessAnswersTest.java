package io.github.mmupgrade.files;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** What another user's program or file system says need not have an end. */
public final class EndlessAnswersTest {

    @Rule
    public final TemporaryFolder folder = new TemporaryFolder();

    @Test(timeout = 60_000)
    public void aFileThatNeverEndsIsReadAsFarAsItCouldHaveGrown() throws IOException {
        Path target = folder.getRoot().toPath().resolve("copy");
        // zeros: the copy is sparse and takes no room
        FileCopier.Content copied = new FileCopier().copy(Channels.newChannel(zeros()), target, 1 << 20, read -> {});
        assertTrue(String.valueOf(copied.size()), copied.size() < 300 << 20);
        assertEquals(copied.size(), Files.size(target));
        FileCopier.Content hashed = new FileCopier().hash(Channels.newChannel(zeros()), 1 << 20, read -> {});
        assertEquals(copied, hashed);
    }

    @Test(timeout = 60_000)
    public void namesTakeNoMoreMemoryThanThereIs() throws IOException {
        DataInputStream names = endlessNames(50_000_000, new byte[] {0, 0, 0, 1, 'a'});
        IOException refused = assertThrows(IOException.class, () -> TreeClient.readNames(names, 1 << 20));
        assertTrue(refused.getMessage(), refused.getMessage().contains("memory"));
    }

    @Test
    public void aNameIsNoLongerThanNamesAre() throws IOException {
        DataInputStream names = endlessNames(1, new byte[] {0, 0, (byte) 0xff, (byte) 0xff});
        assertThrows(IOException.class, () -> TreeClient.readNames(names, 1 << 26));
    }

    private static InputStream zeros() {
        return endless(new byte[1 << 16]);
    }

    private static DataInputStream endlessNames(int count, byte[] name) throws IOException {
        ByteArrayOutputStream start = new ByteArrayOutputStream();
        new DataOutputStream(start).writeInt(count);
        return new DataInputStream(
                new SequenceInputStream(new ByteArrayInputStream(start.toByteArray()), endless(name)));
    }

    /** The same bytes again and again. */
    private static InputStream endless(byte[] bytes) {
        return new InputStream() {
            private int next;

            @Override
            public int read() {
                next = (next + 1) % bytes.length;
                return bytes[(next + bytes.length - 1) % bytes.length] & 0xff;
            }

            @Override
            public int read(byte[] target, int start, int length) {
                for (int i = 0; i < length; i++) {
                    target[start + i] = (byte) read();
                }
                return length;
            }
        };
    }
}
