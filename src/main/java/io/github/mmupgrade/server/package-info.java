/** The process of a Mattermost server: its port, its answers, whether it is ready. */
package io.github.mmupgrade.server;
