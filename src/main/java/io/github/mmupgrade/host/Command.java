package io.github.mmupgrade.host;

import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A program to run, argument by argument: no shell ever reads it.
 *
 * <p>Secrets go into {@link #environment()} or {@link #standardInput()}, never into the arguments, which every user of
 * the machine can read. {@link #toString()} shows the arguments only.
 */
public final class Command {

    private final List<String> arguments;
    private final Map<String, String> environment;
    private final boolean cleanEnvironment;
    private final Path directory;
    private final InputStream standardInput;
    private final Path standardOutput;
    private final OutputStream outputSink;
    private final Path daemonLog;
    private final Duration limit;
    private final Owner user;
    private final Integer umask;
    private final boolean untraceable;

    private Command(Builder builder) {
        this.arguments = List.copyOf(builder.arguments);
        this.environment = Collections.unmodifiableMap(new LinkedHashMap<>(builder.environment));
        this.cleanEnvironment = builder.cleanEnvironment;
        this.directory = builder.directory;
        this.standardInput = builder.standardInput;
        this.standardOutput = builder.standardOutput;
        this.outputSink = builder.outputSink;
        this.daemonLog = builder.daemonLog;
        this.limit = builder.limit;
        this.user = builder.user;
        this.umask = builder.umask;
        this.untraceable = builder.untraceable;
    }

    /** Starts a command with its program and first arguments. */
    public static Builder of(String program, String... arguments) {
        return new Builder(program).add(arguments);
    }

    /** The program and its arguments; never empty. */
    public List<String> arguments() {
        return arguments;
    }

    /** Variables set on top of the caller's environment (or alone, see {@link #cleanEnvironment()}). */
    public Map<String, String> environment() {
        return environment;
    }

    /** Whether the program gets nothing of the caller's environment but PATH. */
    public boolean cleanEnvironment() {
        return cleanEnvironment;
    }

    /** Where it runs; null for the caller's directory. */
    public Path directory() {
        return directory;
    }

    /** What it reads; null for nothing. */
    public InputStream standardInput() {
        return standardInput;
    }

    /** The file that its standard output is written to; null when the output is captured. */
    public Path standardOutput() {
        return standardOutput;
    }

    /** Where its standard output is streamed to; null when it is captured or goes to a file. */
    public OutputStream outputSink() {
        return outputSink;
    }

    /** The file that both its streams are appended to because it leaves a daemon behind; null when it leaves none. */
    public Path daemonLog() {
        return daemonLog;
    }

    /** After how long it is ended, its descendants with it; never null. */
    public Duration limit() {
        return limit;
    }

    /** As whom it runs; null for the caller. Needs root when it is another user. */
    public Owner user() {
        return user;
    }

    /** The file mode creation mask, such as {@code 0027}; null for the caller's. */
    public Integer umask() {
        return umask;
    }

    /** Whether other programs of {@link #user()} may neither trace it nor read its memory. */
    public boolean isUntraceable() {
        return untraceable;
    }

    /** The arguments as a person would type them; never the environment. */
    @Override
    public String toString() {
        return String.join(" ", arguments);
    }

    /** Puts a command together. */
    public static final class Builder {
        private final List<String> arguments = new ArrayList<>();
        private final Map<String, String> environment = new LinkedHashMap<>();
        private boolean cleanEnvironment;
        private Path directory;
        private InputStream standardInput;
        private Path standardOutput;
        private OutputStream outputSink;
        private Path daemonLog;
        private Duration limit = Duration.ofMinutes(1);
        private Owner user;
        private Integer umask;
        private boolean untraceable;

        private Builder(String program) {
            arguments.add(Objects.requireNonNull(program));
        }

        /** Adds arguments. */
        public Builder add(String... more) {
            arguments.addAll(List.of(more));
            return this;
        }

        /** Adds arguments. */
        public Builder add(List<String> more) {
            arguments.addAll(more);
            return this;
        }

        /** Sets a variable of the program's environment. */
        public Builder environment(String name, String value) {
            environment.put(name, value);
            return this;
        }

        /** Sets variables of the program's environment. */
        public Builder environment(Map<String, String> variables) {
            environment.putAll(variables);
            return this;
        }

        /** Hands on nothing of the caller's environment but PATH. */
        public Builder cleanEnvironment() {
            cleanEnvironment = true;
            return this;
        }

        /** Sets the working directory. */
        public Builder directory(Path where) {
            directory = where;
            return this;
        }

        /** Sets what the program reads. */
        public Builder standardInput(InputStream input) {
            standardInput = input;
            return this;
        }

        /** Writes the standard output to a file (mode 0600) instead of capturing it. */
        public Builder standardOutput(Path file) {
            standardOutput = file;
            return this;
        }

        /** Streams the standard output instead of capturing it; the caller closes the stream. */
        public Builder standardOutput(OutputStream sink) {
            outputSink = sink;
            return this;
        }

        /**
         * Says that the program leaves a process behind that lives on.
         *
         * <p>That process keeps the streams it was given: pipes would break under it when this process ends, so both
         * are appended to a file. What this run appended is the result's output. The program isn't ended with us.
         *
         * @param log the file, in a directory that only the caller can write to; made with mode 0600 when it isn't
         *     there
         */
        public Builder leavesDaemon(Path log) {
            daemonLog = Objects.requireNonNull(log);
            return this;
        }

        /** Sets the time limit; one minute when never called. */
        public Builder limit(Duration duration) {
            limit = Objects.requireNonNull(duration);
            return this;
        }

        /** Runs the program as another user; null for the caller. */
        public Builder user(Owner owner) {
            user = owner;
            return this;
        }

        /** Sets the file mode creation mask; null for the caller's. */
        public Builder umask(Integer mask) {
            umask = mask;
            return this;
        }

        /**
         * Keeps other programs of {@link #user} from tracing it and from reading its memory: for programs of ours whose
         * answers are relied on. Has an effect only for another user.
         */
        public Builder untraceable() {
            untraceable = true;
            return this;
        }

        /** The command. */
        public Command build() {
            return new Command(this);
        }
    }
}
