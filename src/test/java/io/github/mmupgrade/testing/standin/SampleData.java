package io.github.mmupgrade.testing.standin;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * What a small company wrote: users, teams, posts in several scripts, files.
 *
 * @param administrator a client that is logged in as the first user
 * @param teamId the number of team {@link #TEAM}
 * @param channelId the number of its town square
 * @param messages the posts' texts by number
 */
public record SampleData(StandInClient administrator, String teamId, String channelId, Map<String, String> messages) {

    /** The first team's name. */
    public static final String TEAM = "acme";

    /** The first user. */
    public static final String ADMINISTRATOR = "admin";

    /** Every user's password. */
    public static final String PASSWORD = "Sample-Passw0rd!";

    /** How many users there are. */
    public static final int USERS = 3;

    /** How many teams there are. */
    public static final int TEAMS = 2;

    /** How many posts there are. */
    public static final int POSTS = 12;

    /** How many files there are. */
    public static final int FILES = 3;

    private static final List<String> TEXTS = List.of(
            "Good morning",
            "Gr\u00fc\u00dfe aus K\u00f6ln & <b>M\u00fcnchen</b>",
            "\u4f60\u597d\uff0c\u4e16\u754c",
            "\ud83d\ude80 ships today \ud83c\udf89",
            "it's \"quoted\" \\ and; -- DROP TABLE Posts",
            "two\nlines\tand a tab");

    /** Creates everything through a server's interface. */
    public static SampleData createThrough(StandInClient client) {
        String team = "";
        // in the first releases a user belongs to a team, later ones need a user to make a team
        boolean first = client.get("/api/v4/system/ping").statusCode() != 200;
        if (first) {
            team = client.createTeam(TEAM);
        }
        client.createUser(team, ADMINISTRATOR, PASSWORD);
        client.login(TEAM, ADMINISTRATOR, PASSWORD);
        if (!first) {
            team = client.createTeam(TEAM);
        }
        client.createTeam("warehouse");
        client.createUser(team, "berta", PASSWORD);
        client.createUser(team, "carl", PASSWORD);
        String channel = client.channel(team, "town-square");
        Map<String, String> messages = new LinkedHashMap<>();
        for (int i = 0; i < POSTS; i++) {
            String text = TEXTS.get(i % TEXTS.size()) + " #" + i;
            messages.put(client.createPost(channel, text), text);
        }
        byte[] noise = new byte[300_000];
        new Random(7).nextBytes(noise);
        client.upload(channel, "picture.png", noise);
        client.upload(channel, "\u00dcbersicht 2026.txt", "f\u00fcr alle\n".getBytes(StandardCharsets.UTF_8));
        client.upload(channel, "empty", new byte[0]);
        return new SampleData(client, team, channel, messages);
    }
}
