package io.github.mmupgrade.upgrade;

import io.github.mmupgrade.release.Edition;
import io.github.mmupgrade.release.Version;
import java.nio.file.Path;

/**
 * An archive that a person handed over.
 *
 * @param file the archive
 * @param version the release in it
 * @param edition its edition
 */
record GivenArchive(Path file, Version version, Edition edition) {}
