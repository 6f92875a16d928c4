/** The goals; with its sub-packages the only one that knows Maven. */
package io.github.mmupgrade.maven;
