package io.github.mmupgrade.backup.copy;

import io.github.mmupgrade.files.TreeDelete;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Random;

/** Changes a store in every way that there is, at random, until it is killed or has done enough. */
public final class StoreWriter {

    private static final List<String> NAMES = List.of("a", "b", "c\nd", "ö", "e ", "\\n");

    private final Path store;
    private final Path outside;
    private final Random random;

    StoreWriter(Path store, Path outside, long seed) {
        this.store = store;
        this.outside = outside;
        this.random = new Random(seed);
    }

    /** The arguments: the store, a directory beside it, a seed, how many changes at the most. */
    public static void main(String[] arguments) throws Exception {
        StoreWriter writer =
                new StoreWriter(Path.of(arguments[0]), Path.of(arguments[1]), Long.parseLong(arguments[2]));
        for (long left = Long.parseLong(arguments[3]); left > 0; left--) {
            writer.change();
            System.out.write('.');
            System.out.flush();
        }
    }

    /** Does one thing; what isn't possible at the moment is left. */
    void change() throws IOException {
        Path one = place();
        Path other = place();
        byte[] bytes = new byte[random.nextInt(random.nextInt(20) == 0 ? 200_000 : 500)];
        random.nextBytes(bytes);
        try {
            switch (random.nextInt(14)) {
                case 0, 1, 2 -> {
                    Files.createDirectories(one.getParent());
                    Files.write(one, bytes);
                }
                case 3 -> Files.write(one, bytes, StandardOpenOption.APPEND);
                case 4 -> Files.write(one, new byte[0], StandardOpenOption.TRUNCATE_EXISTING);
                case 5 -> Files.createDirectories(one);
                case 6 -> TreeDelete.delete(one);
                case 7, 8 -> {
                    TreeDelete.delete(other);
                    Files.move(one, other, StandardCopyOption.ATOMIC_MOVE);
                }
                case 9 -> Files.createLink(other, one);
                case 10 -> Files.createSymbolicLink(other, Path.of("..", "a"));
                case 11 -> {
                    if (!Files.isSymbolicLink(one)) {
                        Files.setPosixFilePermissions(
                                one, PosixFilePermissions.fromString(random.nextBoolean() ? "rwx------" : "rwxr-xr-x"));
                    }
                }
                case 12 -> {
                    if (!Files.isSymbolicLink(one)) {
                        Files.setLastModifiedTime(one, FileTime.fromMillis(random.nextInt(1_000_000)));
                    }
                }
                default -> {
                    if (Files.isRegularFile(one) && !Files.isSymbolicLink(one) && Files.size(one) > 0) {
                        try (RandomAccessFile file = new RandomAccessFile(one.toFile(), "rw")) {
                            MappedByteBuffer mapped =
                                    file.getChannel().map(FileChannel.MapMode.READ_WRITE, 0, file.length());
                            mapped.put(0, (byte) random.nextInt());
                        }
                    }
                }
            }
        } catch (FileSystemException | java.io.FileNotFoundException e) {
            // something else is there, or nothing
        }
    }

    private Path place() {
        Path path = random.nextInt(6) == 0 ? outside : store;
        for (int depth = 1 + random.nextInt(3); depth > 0; depth--) {
            path = path.resolve(NAMES.get(random.nextInt(NAMES.size())));
        }
        return path;
    }
}
