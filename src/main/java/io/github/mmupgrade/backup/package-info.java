/** Backups: what is in them, their manifest, and the copy of the file store. */
package io.github.mmupgrade.backup;
