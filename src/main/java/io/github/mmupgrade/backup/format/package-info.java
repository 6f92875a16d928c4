/** What a backup consists of: its manifest, its lists, and how they are verified. */
package io.github.mmupgrade.backup.format;
