/** Release archives: fetched, and trusted only when checksum, signature, version and processor are right. */
package io.github.mmupgrade.archive;
