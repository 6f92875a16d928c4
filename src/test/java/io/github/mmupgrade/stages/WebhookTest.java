package io.github.mmupgrade.stages;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import io.github.mmupgrade.testing.FreePorts;
import io.github.mmupgrade.testing.WebhookReceiver;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import org.junit.Test;

public class WebhookTest {

    @Test
    public void triesAgainWhenTheServerIsNotThereYet() {
        try (WebhookReceiver receiver = new WebhookReceiver().answering(503)) {
            assertEquals(Optional.empty(), new Webhook(receiver.url()).postPatiently("it's \"back\""));
            assertEquals(List.of("it's \"back\""), receiver.texts());
        }
    }

    @Test
    public void doesNotTryAgainWhereThatCannotHelp() {
        try (WebhookReceiver receiver = new WebhookReceiver().answering(404)) {
            assertEquals(Optional.of("answered with status 404"), new Webhook(receiver.url()).postPatiently("hello"));
            assertEquals(List.of(), receiver.texts());
        }
    }

    @Test
    public void saysNothingOfTheUrlButTheHost() {
        for (String url : List.of(
                "http://127.0.0.1:" + FreePorts.next() + "/hooks/" + WebhookReceiver.SECRET,
                "ftp://127.0.0.1/hooks/" + WebhookReceiver.SECRET,
                "hooks/" + WebhookReceiver.SECRET)) {
            Webhook webhook = new Webhook(URI.create(url));
            String why = webhook.post("hello").orElseThrow();
            assertFalse(why, (why + webhook).contains("hooks/"));
            assertTrue(why, why.contains("could not be reached") || why.contains("no URL"));
        }
    }
}
