/** The ways to save the database for a rollback: what each costs, which one is chosen, and what each does. */
package io.github.mmupgrade.saving.method;
