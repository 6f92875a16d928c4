/** How a Kubernetes cluster is reached, what it says of an installation, and what is changed there. */
package io.github.mmupgrade.kubernetes.cluster;
