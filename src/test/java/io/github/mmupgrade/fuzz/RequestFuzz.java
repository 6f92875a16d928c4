package io.github.mmupgrade.fuzz;

import io.github.mmupgrade.agent.AgentRequest;
import io.github.mmupgrade.engine.Request;
import io.github.mmupgrade.engine.RequestSecrets;

/** What an agent is asked over SSH. Who parses it takes an {@code IllegalArgumentException} for another version. */
public final class RequestFuzz {

    private RequestFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
        String text = Fuzzing.text(input);
        Fuzzing.endsWell(
                IllegalArgumentException.class, () -> AgentRequest.parse(text).toJson());
        Fuzzing.endsWell(
                IllegalArgumentException.class, () -> Request.parse(text).toJson());
        Fuzzing.endsWell(
                IllegalArgumentException.class, () -> RequestSecrets.parse(text).toJson());
    }
}
