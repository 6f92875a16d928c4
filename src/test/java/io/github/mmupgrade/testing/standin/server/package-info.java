/** The stand-in server: what runs when {@code bin/mattermost} of a stand-in archive is started. */
package io.github.mmupgrade.testing.standin.server;
