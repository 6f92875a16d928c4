package io.github.mmupgrade.host;

import static org.junit.Assert.assertEquals;

import java.util.Optional;
import org.junit.Test;

public class UsersTest {

    private final Users users = new Users(new LocalHost());

    @Test
    public void findsUsersByNameAndByNumberAndNamesThem() {
        assertEquals(Optional.of(new Owner(1, 1)), users.find("daemon"));
        assertEquals(Optional.of(Owner.ROOT), users.find("0"));
        assertEquals(Optional.empty(), users.find("nobody-of-this-name"));
        assertEquals("daemon", users.user(1));
        assertEquals("daemon:daemon", users.of(new Owner(1, 1)));
        assertEquals("99999", users.user(99_999));
    }
}
