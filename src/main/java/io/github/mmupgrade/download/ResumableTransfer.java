package io.github.mmupgrade.download;

import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.RefusedException;
import io.github.mmupgrade.report.Reporter;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Brings one file here, however often the connection breaks: asks for the rest of what is here, begins anew when the
 * server can't give it or has another file by now, and gives up when attempt after attempt brings nothing.
 */
public final class ResumableTransfer {

    private static final Pattern RANGE = Pattern.compile("bytes (\\d{1,18})-(\\d{1,18})/(\\d{1,18}|\\*)");
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);
    private static final Duration LONGEST_WISH = Duration.ofMinutes(5);
    /** However much progress each brings: a server that always breaks early would keep us for days. */
    private static final int MOST_REQUESTS = 1000;

    private final HttpFetcher client;
    private final DownloadSettings settings;
    private final Reporter reporter;
    private final RetryDelay pause;
    private final Location url;
    private final PartialFile part;
    private final long maxBytes;

    private Reporter.Meter meter;
    private long furthest;
    private boolean pieced;

    public ResumableTransfer(
            HttpFetcher client,
            DownloadSettings settings,
            Reporter reporter,
            RetryDelay pause,
            Location url,
            PartialFile part,
            long maxBytes) {
        this.client = client;
        this.settings = settings;
        this.reporter = reporter;
        this.pause = pause;
        this.url = url;
        this.part = part;
        this.maxBytes = maxBytes;
    }

    /**
     * Brings all of the file.
     *
     * @return whether it was put together from several answers
     * @throws RefusedException when it can't be fetched; what is here stays for another run
     */
    public boolean run() throws IOException {
        try {
            int failures = 0;
            for (int requests = 1; ; requests++) {
                long before = furthest;
                try {
                    if (attempt()) {
                        return pieced;
                    }
                } catch (TransientFault fault) {
                    failures = furthest > before ? 1 : failures + 1;
                    if (failures >= settings.attempts() || requests >= MOST_REQUESTS) {
                        throw givenUp(fault, requests);
                    }
                    rest(fault, failures);
                }
            }
        } finally {
            if (meter != null) {
                meter.close();
            }
        }
    }

    private boolean attempt() throws IOException {
        long here = part.size();
        if (here > 0 && here == part.total()) {
            return true;
        }
        Map<String, String> headers = new LinkedHashMap<>();
        if (here > 0) {
            headers.put("Range", "bytes=" + here + "-");
            part.validator().ifPresent(validator -> headers.put("If-Range", validator));
        }
        try (HttpFetcher.Answer answer = client.get(url, headers)) {
            switch (answer.status()) {
                case 200 -> startOver(answer);
                case 206 -> goOn(answer, here);
                case 416 -> {
                    part.discard();
                    throw new TransientFault(
                            "the server has no more than " + here + " bytes of the file", Optional.empty());
                }
                default -> throw refusal(answer);
            }
            receive(answer);
        }
        if (part.total() >= 0 && part.size() != part.total()) {
            throw new TransientFault(
                    "the server announced " + part.total() + " bytes, but sent " + part.size(), Optional.empty());
        }
        return true;
    }

    private void startOver(HttpFetcher.Answer answer) throws IOException {
        long total = answer.headers().firstValueAsLong("Content-Length").orElse(-1);
        requireRoom(total);
        part.restart(answer, total);
        pieced = false;
    }

    private void goOn(HttpFetcher.Answer answer, long here) throws IOException {
        Matcher range = RANGE.matcher(answer.header("Content-Range").orElse(""));
        boolean matches = range.matches();
        long total = matches && !range.group(3).equals("*") ? Long.parseLong(range.group(3)) : -1;
        if (!matches || Long.parseLong(range.group(1)) != here || part.contradicts(answer, total)) {
            part.discard();
            throw new TransientFault("the file on the server has changed", Optional.empty());
        }
        pieced = true;
    }

    private void receive(HttpFetcher.Answer answer) throws IOException {
        long size = part.size();
        try (FileChannel out = part.append()) {
            ByteBuffer bytes = answer.body().next();
            if (meter == null) {
                meter = reporter.meter("downloading " + url.fileName(), part.total());
                meter.advance(size);
                furthest = Math.max(furthest, size);
            }
            for (; bytes != null; bytes = answer.body().next()) {
                size += bytes.remaining();
                requireRoom(size);
                PartialFile.write(out, bytes);
                if (size > furthest) {
                    meter.advance(size - furthest);
                    furthest = size;
                }
            }
            out.force(true);
        }
    }

    private void requireRoom(long bytes) throws IOException {
        if (bytes > maxBytes) {
            part.discard();
            throw new RefusedException(
                    url + " is larger than " + maxBytes + " bytes.",
                    Hint.of("This is not a release of Mattermost. Check the address."));
        }
    }

    private RefusedException refusal(HttpFetcher.Answer answer) throws TransientFault {
        int status = answer.status();
        if (status >= 500 || status == 408 || status == 425 || status == 429) {
            throw new TransientFault("the server answered " + status, retryAfter(answer));
        }
        String message = url + " is not available: the server answered " + status + ".";
        return switch (status) {
            case 401, 403 ->
                new RefusedException(
                        message,
                        Hint.of(
                                "If this server asks for a login, put it into Maven's settings.xml, name that entry by"
                                        + " mattermost.mirrorServerId, and give the server's address by mattermost.archiveUrl."));
            case 404, 410 ->
                new RefusedException(
                        message,
                        Hint.of(
                                "Check that the vendor has that version in that edition, or set mattermost.archive to another"
                                        + " address."));
            default -> new RefusedException(message, Hint.of("Check what that server answers."));
        };
    }

    private static Optional<Duration> retryAfter(HttpFetcher.Answer answer) {
        return answer.header("Retry-After").flatMap(text -> {
            try {
                if (text.chars().allMatch(Character::isDigit) && !text.isEmpty() && text.length() < 10) {
                    return Optional.of(Duration.ofSeconds(Long.parseLong(text)));
                }
                Instant until = ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME)
                        .toInstant();
                Duration left = Duration.between(Instant.now(), until);
                return Optional.of(left.isNegative() ? Duration.ZERO : left);
            } catch (DateTimeException e) {
                return Optional.empty();
            }
        });
    }

    private void rest(TransientFault fault, int failures) throws IOException {
        Duration wait = fault.retryAfter().orElseGet(() -> backoff(failures));
        if (wait.compareTo(LONGEST_WISH) > 0) {
            throw new RefusedException(
                    url + " is not available now: " + fault.getMessage() + ", and accepts no request for "
                            + wait.toMinutes() + " minutes.",
                    Hint.of("Run the goal again after that time. What was downloaded so far is kept."),
                    fault);
        }
        reporter.debug(
                "Download of " + url + ": " + fault.getMessage() + "; trying again in " + wait.toMillis() + " ms");
        try {
            pause.pause(wait);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw (IOException) new InterruptedIOException("Interrupted while downloading").initCause(e);
        }
    }

    /** 1, 2, 4 ... seconds, shortened at random so that many clients of one server don't come back at once. */
    private static Duration backoff(int failures) {
        long longest = Math.min(LONGEST_PAUSE.toMillis(), 1000L << Math.min(failures - 1, 20));
        return Duration.ofMillis(longest / 2 + ThreadLocalRandom.current().nextLong(longest / 2 + 1));
    }

    private RefusedException givenUp(TransientFault fault, int requests) throws IOException {
        String of = part.total() < 0 ? "" : " of " + part.total();
        return new RefusedException(
                url + " could not be downloaded in " + requests + " attempts; " + part.size() + of
                        + " bytes have arrived: " + fault.getMessage() + ".",
                Hint.of("Run the goal again to continue the download, or download the archive yourself and set"
                        + " mattermost.archive to its path. Behind a company's proxy, check the proxies in Maven's"
                        + " settings.xml."),
                fault);
    }
}
