package io.github.mmupgrade.download;

import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.RefusedException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Where an archive is: an address, or a file of this machine. What a message shows of it has neither a password nor a
 * query, which may hold a signature that is as good as one.
 */
public final class Location {

    private static final Pattern SCHEME = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]+:.*");

    private final URI uri;
    private final Path file;
    private final Optional<DownloadCredentials> credentials;

    private Location(URI uri, Path file, Optional<DownloadCredentials> credentials) {
        this.uri = uri;
        this.file = file;
        this.credentials = credentials;
    }

    /**
     * Reads an address (http, https, file) or a path.
     *
     * @throws RefusedException when it is neither
     */
    public static Location parse(String location) {
        try {
            if (!SCHEME.matcher(location).matches()) {
                return new Location(null, Path.of(location).toAbsolutePath(), Optional.empty());
            }
            URI uri = new URI(location);
            String scheme = uri.getScheme().toLowerCase(Locale.ROOT);
            if (scheme.equals("file") && uri.getPath() != null) {
                return new Location(null, Path.of(uri.getPath()), Optional.empty());
            }
            if ((scheme.equals("http") || scheme.equals("https")) && uri.getHost() != null) {
                return new Location(plain(uri), null, credentials(uri));
            }
        } catch (URISyntaxException | IllegalArgumentException e) {
            // the exception repeats the address, with all that is in it
        }
        throw new RefusedException(
                "The address of the archive cannot be read: " + printable(location),
                Hint.of("Set mattermost.archive to a path, or to an http, https or file address."));
    }

    /** The file of this machine; empty when it is an address elsewhere. */
    public Optional<Path> file() {
        return Optional.ofNullable(file);
    }

    /** The address without a user in it; null for a file. */
    public URI uri() {
        return uri;
    }

    /** The credentials that the address itself holds. */
    Optional<DownloadCredentials> credentials() {
        return credentials;
    }

    /** The address of the file beside it whose name has that suffix, such as {@code .sig}. */
    public Location beside(String suffix) {
        if (file != null) {
            return new Location(null, file.resolveSibling(file.getFileName() + suffix), Optional.empty());
        }
        String query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
        return new Location(
                URI.create(uri.getScheme() + "://" + uri.getRawAuthority() + uri.getRawPath() + suffix + query),
                null,
                credentials);
    }

    /** The last part of the path, harmless as a file's name. */
    public String fileName() {
        String path = file != null ? file.toString() : uri.getPath();
        String name = path.substring(path.lastIndexOf('/') + 1).replaceAll("[^A-Za-z0-9._-]", "_");
        name = name.length() > 150 ? name.substring(name.length() - 150) : name;
        return name.isEmpty() || name.startsWith(".") ? "archive" + name : name;
    }

    /** An address for a message: no user, no query. */
    public static String printable(URI uri) {
        return uri.getScheme() + "://" + uri.getHost() + (uri.getPort() < 0 ? "" : ":" + uri.getPort())
                + uri.getRawPath() + (uri.getRawQuery() == null ? "" : "?...");
    }

    /** A text that is no address, for a message: neither what stands before an {@code @} nor a query. */
    public static String printable(String text) {
        return text.replaceAll("//.*@", "//***@").replaceAll("\\?.*", "?...");
    }

    /** An address without the user in it and without a fragment. */
    static URI plain(URI uri) {
        String host = uri.getHost() + (uri.getPort() < 0 ? "" : ":" + uri.getPort());
        String path = uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
        String query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
        return URI.create(uri.getScheme().toLowerCase(Locale.ROOT) + "://" + host + path + query);
    }

    private static Optional<DownloadCredentials> credentials(URI uri) {
        String info = uri.getRawUserInfo();
        if (info == null) {
            return Optional.empty();
        }
        int colon = info.indexOf(':');
        String user = colon < 0 ? info : info.substring(0, colon);
        String password = colon < 0 ? "" : info.substring(colon + 1);
        return Optional.of(new DownloadCredentials(decode(user), decode(password)));
    }

    private static String decode(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    @Override
    public String toString() {
        return file != null ? file.toString() : printable(uri);
    }
}
