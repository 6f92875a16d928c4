/** The goals about backups outside of upgrades: backup, list, verify, restore, prune. */
package io.github.mmupgrade.maintenance;
