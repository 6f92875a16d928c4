/** The directory of an installation's backups: listed, begun, pruned. */
package io.github.mmupgrade.backup;
