/** The vendor's notes: read from the changelog, those of a path to be acknowledged. */
package io.github.mmupgrade.notes;
