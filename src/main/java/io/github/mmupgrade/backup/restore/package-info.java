/** Puts the files of a backup back. */
package io.github.mmupgrade.backup.restore;
