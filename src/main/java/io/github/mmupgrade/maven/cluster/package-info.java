/** The parameters of a cluster, and what is made of them. */
package io.github.mmupgrade.maven.cluster;
