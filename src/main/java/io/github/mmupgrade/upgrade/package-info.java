/** The order of the stages, and what each goal does. */
package io.github.mmupgrade.upgrade;
