/** How an installation of the Mattermost operator for Kubernetes is checked, upgraded and brought back. */
package io.github.mmupgrade.kubernetes;
