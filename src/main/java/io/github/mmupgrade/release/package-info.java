/** Releases: versions, editions, the catalogue, upgrade paths, notes to read, and release archives. */
package io.github.mmupgrade.release;
