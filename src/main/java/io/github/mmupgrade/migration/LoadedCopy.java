package io.github.mmupgrade.migration;

import io.github.mmupgrade.database.CopyContents;

/** What is known of the source's database that was loaded ahead, as long as one call goes on. */
final class LoadedCopy {

    private CopyContents contents;

    /** What it holds; null when that is not known. */
    CopyContents contents() {
        return contents;
    }

    void holds(CopyContents found) {
        contents = found;
    }
}
