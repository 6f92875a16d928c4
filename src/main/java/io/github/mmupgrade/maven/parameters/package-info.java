/** The parameters of the goals: names, choices, spelling, contradictions. */
package io.github.mmupgrade.maven.parameters;
