package io.github.mmupgrade.report;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;
import java.util.Optional;

/** The goals of the plugin, as hints name them. */
public enum Goal {
    CHECK_VERSION("check-version"),
    PREFLIGHT("preflight"),
    DOWNLOAD("download"),
    ANNOUNCE("announce"),
    STOP("stop"),
    BACKUP("backup"),
    INSTALL("install"),
    RESTORE_CONFIG("restore-config"),
    START("start"),
    VERIFY("verify"),
    FINISH("finish"),
    UPGRADE("upgrade"),
    ROLLBACK("rollback"),
    MIGRATE("migrate"),
    CONVERT_DATABASE("convert-database"),
    REHEARSE("rehearse"),
    REPORT("report"),
    STATUS("status"),
    DIFF_CONFIG("diff-config"),
    VALIDATE_CONFIG("validate-config"),
    LIST_BACKUPS("list-backups"),
    VERIFY_BACKUP("verify-backup"),
    RESTORE("restore"),
    PRUNE_BACKUPS("prune-backups");

    private final String key;

    Goal(String key) {
        this.key = key;
    }

    /** The goal's name without the plugin's prefix, such as {@code rollback}. */
    @JsonValue
    public String key() {
        return key;
    }

    /** The goal of this name; empty when there is none. */
    public static Optional<Goal> find(String key) {
        return Arrays.stream(values()).filter(goal -> goal.key.equals(key)).findFirst();
    }

    @Override
    public String toString() {
        return key;
    }
}
