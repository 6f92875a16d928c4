/** The goals: the only package that knows Maven. */
package io.github.mmupgrade.maven;
