/** The config-merging library: reads, merges, checks and writes Mattermost configurations; pure and usable without Maven. */
package io.github.mmupgrade.config;
