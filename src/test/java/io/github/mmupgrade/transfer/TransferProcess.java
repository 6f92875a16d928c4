package io.github.mmupgrade.transfer;

import io.github.mmupgrade.datasource.DataSource;
import io.github.mmupgrade.testing.RecordingReporter;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Copies in a process of its own, which can be killed and has a heap of its own. */
final class TransferProcess {

    private TransferProcess() {}

    /** Reads from the standard input: both data sources, a directory, the rows of a range, and whether to complete. */
    public static void main(String... arguments) throws IOException {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        DataSource source = DataSource.parse("mysql", in.readLine());
        DataSource target = DataSource.parse("postgres", in.readLine());
        Path directory = Path.of(in.readLine());
        long rangeRows = Long.parseLong(in.readLine());
        boolean complete = Boolean.parseBoolean(in.readLine());
        Transfer transfer = new Transfer(
                source,
                target,
                new TransferOptions(List.of(), false, 2, rangeRows, -1),
                directory,
                new RecordingReporter());
        TransferPlan plan = transfer.plan();
        if (complete) {
            transfer.complete(plan);
        } else {
            transfer.findBadValues(plan);
            transfer.begin(plan, "run");
            transfer.copyRows(plan);
            transfer.compareRows(plan);
            transfer.catchUp(plan);
        }
        System.out.println("done");
    }

    /** Starts one; its output goes to a file of the directory. */
    static Process start(TransferScene scene, int megabytes, long rangeRows, boolean complete) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + megabytes + "m",
                "-XX:+ExitOnOutOfMemoryError",
                "-cp",
                System.getProperty("java.class.path"),
                TransferProcess.class.getName()));
        File output = scene.directory.resolveSibling("output").toFile();
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output)
                .start();
        try (var in = process.outputWriter(StandardCharsets.UTF_8)) {
            in.write(String.join(
                            "\n",
                            scene.source.dataSource(),
                            scene.target.dataSource(),
                            scene.directory.toString(),
                            Long.toString(rangeRows),
                            Boolean.toString(complete))
                    + "\n");
        }
        return process;
    }
}
