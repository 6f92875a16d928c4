package io.github.mmupgrade.backup.format;

import io.github.mmupgrade.report.Amount;
import io.github.mmupgrade.report.Goal;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.report.Reporter;
import java.nio.file.Path;
import java.util.List;

/**
 * What came out of reading a whole backup.
 *
 * @param root the backup's directory
 * @param manifest its manifest; null when it can't be trusted
 * @param files how many files were read
 * @param bytes how many bytes they had
 * @param findings what is wrong, at most 1,000
 * @param wrong how many things are wrong
 */
public record Verification(
        Path root, Manifest manifest, long files, long bytes, List<BackupDefect> findings, long wrong) {

    /** Keeps a copy of the list. */
    public Verification {
        findings = List.copyOf(findings);
    }

    static Verification of(Path root, Reporter reporter) {
        return new Verifier(root, reporter).run();
    }

    /** Whether the backup is, byte by byte, what was written. */
    public boolean sound() {
        return wrong == 0;
    }

    /**
     * The backup, to be restored.
     *
     * @throws RefusedException when anything is wrong with it
     */
    public Backup requireSound() {
        if (!sound()) {
            StringBuilder text = new StringBuilder("The backup " + root + " cannot be trusted: " + wrong
                    + (wrong == 1 ? " problem was found." : " problems were found."));
            findings.stream().limit(10).forEach(finding -> text.append("\n  ").append(finding));
            if (wrong > 10) {
                text.append("\n  and ").append(wrong - 10).append(" more");
            }
            throw new RefusedException(text.toString(), Hint.run("List the other backups.", Goal.LIST_BACKUPS));
        }
        return new Backup(root, manifest);
    }

    @Override
    public String toString() {
        return Amount.of(files, "file") + ", " + Amount.of(bytes, "byte") + " read: "
                + (sound() ? "sound" : wrong + " wrong");
    }
}
