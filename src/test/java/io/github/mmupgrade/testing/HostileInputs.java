package io.github.mmupgrade.testing;

import io.github.mmupgrade.backup.HostileTreesTest;
import io.github.mmupgrade.backup.format.VerificationTest;
import io.github.mmupgrade.fuzz.FuzzCorpusTest;
import io.github.mmupgrade.unpack.ArchiveFuzzTest;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.internal.TextListener;
import org.junit.runner.JUnitCore;
import org.junit.runner.Result;

/** What {@code dev/test-hostile} runs: tests of inputs that mean harm, and how many of each held. */
public final class HostileInputs {

    private HostileInputs() {}

    /** Ends with 1 when one did not hold. */
    public static void main(String[] arguments) {
        JUnitCore core = new JUnitCore();
        core.addListener(new TextListener(System.out));
        int failed = 0;
        for (Class<?> test :
                List.of(ArchiveFuzzTest.class, VerificationTest.class, HostileTreesTest.class, FuzzCorpusTest.class)) {
            Result result = core.run(test);
            failed += result.getFailureCount();
        }
        String held = Samples.tried().entrySet().stream()
                .map(each -> String.format("%,d %s", each.getValue(), each.getKey()))
                .collect(Collectors.joining(", "));
        System.out.println(held + " held; " + failed + " tests failed");
        System.exit(failed == 0 ? 0 : 1);
    }
}
