/** Releases: versions, editions, the catalogue, upgrade paths. */
package io.github.mmupgrade.release;
