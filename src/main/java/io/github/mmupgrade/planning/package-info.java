/** What an upgrade will do: path, archives, configurations, and whether a run with that plan is in progress. */
package io.github.mmupgrade.planning;
