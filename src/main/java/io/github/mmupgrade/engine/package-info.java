/** Carries a goal out: from a request that can travel as JSON to a stream of events. */
package io.github.mmupgrade.engine;
