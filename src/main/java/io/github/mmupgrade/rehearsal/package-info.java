/** The whole upgrade on a copy, where it reaches nobody. */
package io.github.mmupgrade.rehearsal;
