package io.github.mmupgrade.config;

import io.github.mmupgrade.release.Version;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** How long a merge of a configuration of 16 KB takes: parse both files, merge, write. Run by {@code dev/bench-config}. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 2)
public class ConfigMergeBenchmark {

    private static final Version BELOW = Version.parse("5.9.8");
    private static final Version FROM = Version.parse("5.37.0");

    private byte[] old;
    private byte[] newer;

    /** Makes two files of 16 KB each. */
    @Setup
    public void setUp() {
        newer = document(16_000, 0);
        old = document(16_000, 7);
    }

    /**
     * A document of the shape of a configuration.
     *
     * @param bytes how large, about
     * @param without every so many settings are left out; 0 for none
     */
    static byte[] document(int bytes, int without) {
        StringBuilder text = new StringBuilder("{\n    \"ServiceSettings\": {\n        \"SiteURL\": \"http://a\"");
        for (int i = 0; text.length() < bytes - 20; i++) {
            if (i % 40 == 39) {
                text.append("\n    },\n    \"Section").append(i).append("Settings\": {\n        \"First\": 1");
            }
            if (without > 0 && i % without == 0) {
                continue;
            }
            text.append(",\n        \"Setting").append(i).append("OfSomeLength\": ");
            switch (i % 4) {
                case 0 -> text.append(i % 8 == 0);
                case 1 -> text.append(i * 31);
                case 2 ->
                    text.append("\"a value of \\u003csome\\u003e length ")
                            .append(i)
                            .append('"');
                default -> text.append("[]");
            }
        }
        return text.append("\n    }\n}").toString().getBytes(StandardCharsets.UTF_8);
    }

    private byte[] merge(Version release, ConfigMode mode) {
        return ConfigMerge.into(ConfigDocument.parse(newer, "new"), release)
                .mode(mode)
                .merge(ConfigDocument.parse(old, "old"))
                .document()
                .bytes();
    }

    /** The new release's defaults filled in. */
    @Benchmark
    public byte[] fill() {
        return merge(BELOW, ConfigMode.FILL);
    }

    /** The old file as it is, and what will appear. */
    @Benchmark
    public byte[] minimal() {
        return merge(FROM, ConfigMode.MINIMAL);
    }

    /** Reading and writing alone. */
    @Benchmark
    public byte[] parseAndWrite() {
        return ConfigDocument.parse(old, "old").bytes();
    }
}
