package io.github.mmupgrade.unpack;

import io.github.mmupgrade.files.Digests;
import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.function.LongConsumer;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;

/** A way to inflate one gzip file. */
interface UnpackInflater extends AutoCloseable {

    /**
     * Opens what comes out of every member of the file.
     *
     * @param progress hears, in the reading thread, how many more bytes of the file were read
     * @return fails to be read when the file isn't a whole gzip file, or has something behind it
     * @throws IOException for the same reasons
     */
    InputStream open(LongConsumer progress) throws IOException;

    /** Ends what still runs, also while another thread reads: that ends or fails then. */
    @Override
    void close();

    /**
     * Java's own, which is always there.
     *
     * @param sha256 what was verified; a file that is another one by now fails to be read
     */
    static UnpackInflater java(Path file, String sha256) {
        return new UnpackInflater() {
            private static final int FILE_BUFFER = 1 << 17;

            @Override
            public InputStream open(LongConsumer progress) throws IOException {
                MessageDigest digest = Digests.sha256();
                InputStream counted = new FilterInputStream(Files.newInputStream(file)) {
                    private boolean whole;

                    @Override
                    public int read(byte[] target, int start, int length) throws IOException {
                        int read = super.read(target, start, length);
                        if (read >= 0) {
                            progress.accept(read);
                            digest.update(target, start, read);
                        } else if (!whole) {
                            whole = true;
                            if (!Digests.hex(digest).equals(sha256)) {
                                throw new IOException("it is not the file any more that was verified");
                            }
                        }
                        return read;
                    }
                };
                // the buffer is ours: the decompressor asks for little at a time
                InputStream in = new BufferedInputStream(counted, FILE_BUFFER);
                try {
                    return GzipCompressorInputStream.builder()
                            .setInputStream(in)
                            .setDecompressConcatenated(true)
                            .get();
                } catch (IOException | RuntimeException e) {
                    in.close();
                    throw e;
                }
            }

            /** Nothing runs, and reading a file ends by itself. */
            @Override
            public void close() {}
        };
    }
}
