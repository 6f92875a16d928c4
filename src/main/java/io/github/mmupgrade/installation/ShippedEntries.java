package io.github.mmupgrade.installation;

import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Set;

/** Which entries of an installation a release brought: these change places at an install, all others stay. */
public sealed interface ShippedEntries {

    /** Whether the release brought this entry of the top directory. */
    boolean top(String entry);

    /** Whether the release brought this entry of {@code client/}. */
    boolean client(String entry, boolean directory);

    /** What is known of the vendor's archives in general, for an installation whose own archive is not known. */
    static ShippedEntries known() {
        return new Known();
    }

    /**
     * The entries of an unpacked release.
     *
     * @param release the unpacked top directory
     * @throws UncheckedIOException when it can't be listed
     */
    static ShippedEntries of(Path release) {
        return new Listed(DirectoryNames.names(release), DirectoryNames.names(release.resolve("client")));
    }

    /**
     * The entries of a release by their names.
     *
     * @param top entries of the top directory
     * @param client entries of {@code client/}
     */
    static ShippedEntries of(Set<String> top, Set<String> client) {
        return new Listed(top, client);
    }

    /** The list of one release. */
    record Listed(Set<String> topEntries, Set<String> clientEntries) implements ShippedEntries {
        /** Copies the sets. */
        public Listed {
            topEntries = Set.copyOf(topEntries);
            clientEntries = Set.copyOf(clientEntries);
        }

        @Override
        public boolean top(String entry) {
            return topEntries.contains(entry);
        }

        @Override
        public boolean client(String entry, boolean directory) {
            return clientEntries.contains(entry);
        }
    }

    /** The vendor's known layout. */
    record Known() implements ShippedEntries {
        @Override
        public boolean top(String entry) {
            return VendorLayout.shipsTop(entry);
        }

        @Override
        public boolean client(String entry, boolean directory) {
            return VendorLayout.shipsClient(entry, directory);
        }
    }
}
