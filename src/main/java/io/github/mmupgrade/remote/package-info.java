/** Carries a goal out on another machine: by OpenSSH's client, an engine that is brought there, and the agent in it. */
package io.github.mmupgrade.remote;
