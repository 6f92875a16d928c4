package io.github.mmupgrade.remote;

import io.github.mmupgrade.agent.AgentReply;

/** Another engine has begun what is to be resumed. */
final class OtherEngineException extends Exception {

    private static final long serialVersionUID = 1L;

    private final String engine;
    private final String version;
    private final String goal;

    OtherEngineException(AgentReply.OtherEngine reply) {
        super(reply.toString());
        this.engine = reply.engine();
        this.version = reply.version();
        this.goal = reply.goal();
    }

    String engine() {
        return engine;
    }

    String version() {
        return version;
    }

    String goal() {
        return goal;
    }
}
