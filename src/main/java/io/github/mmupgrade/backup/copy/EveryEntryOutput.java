package io.github.mmupgrade.backup.copy;

import io.github.mmupgrade.backup.format.ListEntry;
import java.io.IOException;

/** Hands on every entry of a pass, changed or not. */
record EveryEntryOutput(Sink sink) implements TreeCopy.Output {

    /** Where entries go. */
    @FunctionalInterface
    interface Sink {
        void add(ListEntry entry) throws IOException;
    }

    @Override
    public void add(ListEntry entry, ListEntry earlier) throws IOException {
        sink.add(entry);
    }

    @Override
    public void gone(ListEntry earlier) {}
}
