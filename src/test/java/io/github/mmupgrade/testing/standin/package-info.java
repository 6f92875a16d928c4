/** A server that looks and behaves like Mattermost from outside, its archives, and installations of it for tests. */
package io.github.mmupgrade.testing.standin;
