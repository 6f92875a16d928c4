/** The stages of an upgrade and their runner. */
package io.github.mmupgrade.stages;
