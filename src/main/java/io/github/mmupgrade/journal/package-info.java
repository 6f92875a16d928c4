/** What runs have done: the journal, its events, and what stages note for one another. */
package io.github.mmupgrade.journal;
