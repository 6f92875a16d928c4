/** The checks before anything is changed. */
package io.github.mmupgrade.preflight;
