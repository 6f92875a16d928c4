/** The parameters of the goals for an installation in Kubernetes. */
package io.github.mmupgrade.maven.kubernetes;
