/** A cluster of several machines is looked at, upgraded and rolled back as one, from a machine that may go away. */
package io.github.mmupgrade.cluster;
