/** The way back: what a run has replaced is put back, by a goal or after a failure. */
package io.github.mmupgrade.rollback;
