/** Atomic files, tree copies and locks. */
package io.github.mmupgrade.files;
