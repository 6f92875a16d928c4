/** A copy of a server that reaches nobody: its programs, its configuration and its directory. */
package io.github.mmupgrade.scratch;
