/**
 * What runs on a machine that is reached over SSH: an engine that is asked by lines of JSON, and jobs that outlive whoever
 * asked for them.
 */
package io.github.mmupgrade.agent;
