/** The takeover of another server: its stages, its checks, its way back. */
package io.github.mmupgrade.migration;
