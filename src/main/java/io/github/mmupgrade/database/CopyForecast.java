package io.github.mmupgrade.database;

import java.time.Duration;

/**
 * How a copy of a database inside its server will be made.
 *
 * @param takes how long it takes
 * @param cloned whether the copy shares its blocks with the original, so that its size does not matter
 * @param why why it is made in this way; a part of a sentence
 */
public record CopyForecast(Duration takes, boolean cloned, String why) {}
