package io.github.mmupgrade.download;

import java.net.URI;
import java.util.Objects;
import java.util.Optional;

/**
 * The login for a mirror of the archives, and the address that it was given for: no other server gets it.
 *
 * @param address an http or https address of the mirror; its path does not matter
 * @param credentials who the mirror asks for
 */
public record MirrorLogin(URI address, DownloadCredentials credentials) {

    /** Checks that there are both. */
    public MirrorLogin {
        Objects.requireNonNull(address);
        Objects.requireNonNull(credentials);
    }

    /**
     * The login for where archives come from.
     *
     * @param location an address, a template of one, or a path
     * @return empty for a path: nobody is asked for it
     */
    public static Optional<MirrorLogin> of(String location, DownloadCredentials credentials) {
        // what is in braces is part of the path; in a host it gives a host that no archive comes from
        URI address = Location.parse(location.replaceAll("[{}]", "")).uri();
        return Optional.ofNullable(address).map(known -> new MirrorLogin(known, credentials));
    }

    /** The credentials for an address; empty when it is another server's. */
    Optional<DownloadCredentials> at(URI url) {
        return HttpFetcher.isSameServer(address, url) ? Optional.of(credentials) : Optional.empty();
    }
}
