/** Atomic files, checksums, tree copies and locks. */
package io.github.mmupgrade.files;
