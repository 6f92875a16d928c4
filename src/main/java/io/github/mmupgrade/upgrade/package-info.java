/** Stages, the journal, and the runs that put stages in order. */
package io.github.mmupgrade.upgrade;
