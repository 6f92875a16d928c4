/** What one node of a cluster says of itself, and the lock that keeps a cluster to one caller. */
package io.github.mmupgrade.cluster.node;
