/** The place away from this machine that complete backups are handed over to: what is there, and how they get there and back. */
package io.github.mmupgrade.elsewhere;
