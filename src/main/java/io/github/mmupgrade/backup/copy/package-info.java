/** Copies the files of an installation into a backup. */
package io.github.mmupgrade.backup.copy;
