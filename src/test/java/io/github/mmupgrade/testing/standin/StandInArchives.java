package io.github.mmupgrade.testing.standin;

import io.github.mmupgrade.release.Edition;
import io.github.mmupgrade.release.Version;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.zip.Deflater;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorOutputStream;
import org.apache.commons.compress.compressors.gzip.GzipParameters;

/** Builds release archives of the stand-in server: any release from 1.0 on, from one source. */
public final class StandInArchives {

    /** When everything in an archive was built, so that two builds of one release are the same. */
    static final Instant BUILT = Instant.parse("2026-11-23T01:55:06Z");

    /** Whom the archive's entries belong to: nobody that a machine knows. */
    private static final int BUILDER = 2000;

    private StandInArchives() {}

    /** The team edition's archive of a release, such as {@code 5.37.0}; built once and kept under {@code target}. */
    public static Path team(String version) {
        return build(Version.parse(version), Edition.TEAM);
    }

    /** The enterprise edition's archive of a release; built once and kept under {@code target}. */
    public static Path enterprise(String version) {
        return build(Version.parse(version), Edition.ENTERPRISE);
    }

    /** An archive, built once and kept under {@code target}; don't change it, copy it. */
    public static Path build(Version version, Edition edition) {
        Path directory = Path.of("target", "standin-archives", sourceDigest()).toAbsolutePath();
        return build(version, edition, directory, SharedClasses.in(directory));
    }

    /**
     * An archive in a directory; left as it is when it is there already.
     *
     * @param directory where to; made on need
     * @return {@code mattermost-[team-]X.Y.Z-linux-amd64.tar.gz} in it
     */
    public static Path build(Version version, Edition edition, Path directory) {
        return build(version, edition, directory, null);
    }

    private static synchronized Path build(Version version, Edition edition, Path directory, Path shared) {
        Path archive = directory.resolve(
                "mattermost-" + (edition == Edition.TEAM ? "team-" : "") + version + "-linux-amd64.tar.gz");
        try {
            if (!Files.exists(archive)) {
                Files.createDirectories(directory);
                Path partial =
                        Files.createTempFile(directory, archive.getFileName().toString(), ".part");
                Files.write(partial, tar("mattermost/", ArchiveLayout.of(version, edition, shared)));
                // whoever runs the tests' servers may read it
                Files.setPosixFilePermissions(partial, PosixFilePermissions.fromString("rw-r--r--"));
                Files.move(partial, archive, StandardCopyOption.ATOMIC_MOVE);
            }
            return archive;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Packs entries below a top directory; names that end in a slash are directories. */
    static byte[] tar(String top, Map<String, byte[]> entries) throws IOException {
        TreeMap<String, byte[]> all = new TreeMap<>();
        entries.forEach((name, content) -> {
            for (String directory : directoriesOf(top + name)) {
                all.put(directory, new byte[0]);
            }
            all.put(top + name, content);
        });
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        GzipParameters parameters = new GzipParameters();
        parameters.setCompressionLevel(Deflater.BEST_SPEED);
        try (TarArchiveOutputStream tar =
                new TarArchiveOutputStream(new GzipCompressorOutputStream(bytes, parameters))) {
            for (Map.Entry<String, byte[]> entry : all.entrySet()) {
                String name = entry.getKey();
                TarArchiveEntry header = new TarArchiveEntry(name);
                header.setModTime(BUILT.toEpochMilli());
                header.setIds(BUILDER, BUILDER);
                header.setMode(isRunnable(name) ? 0755 : 0644);
                header.setSize(entry.getValue().length);
                tar.putArchiveEntry(header);
                tar.write(entry.getValue());
                tar.closeArchiveEntry();
            }
        }
        return bytes.toByteArray();
    }

    private static Set<String> directoriesOf(String name) {
        TreeSet<String> result = new TreeSet<>();
        for (int slash = name.indexOf('/'); slash >= 0; slash = name.indexOf('/', slash + 1)) {
            result.add(name.substring(0, slash + 1));
        }
        return result;
    }

    private static boolean isRunnable(String name) {
        return name.endsWith("/") || name.contains("/bin/") || name.contains("/dist/plugin-");
    }

    /** Changes with the code of the server, so that no archive of an older one is taken for it. */
    private static String sourceDigest() {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (Path file : ProgramFile.ownFiles()) {
                digest.update(file.toString().getBytes(StandardCharsets.UTF_8));
                digest.update(Files.readAllBytes(file));
            }
            // other Java virtual machines share other classes
            digest.update(System.getProperty("java.vm.version").getBytes(StandardCharsets.UTF_8));
            for (Class<?> builder : new Class<?>[] {
                ProgramFile.class, ArchiveLayout.class, StandInArchives.class, SharedClasses.class, SharedTraining.class
            }) {
                try (var code = builder.getResourceAsStream(builder.getSimpleName() + ".class")) {
                    digest.update(code.readAllBytes());
                }
            }
            return HexFormat.of().formatHex(digest.digest(), 0, 6);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Builds an archive and prints where it is.
     *
     * @param arguments the version, the directory, and {@code enterprise} where that edition is wanted
     */
    public static void main(String[] arguments) {
        if (arguments.length < 2) {
            throw new IllegalArgumentException("usage: VERSION DIRECTORY [enterprise]");
        }
        Edition edition = arguments.length > 2 ? Edition.parse(arguments[2]) : Edition.TEAM;
        System.out.println(build(Version.parse(arguments[0]), edition, Path.of(arguments[1])));
    }
}
