/** Another machine is reached, by OpenSSH's client. */
package io.github.mmupgrade.remote.ssh;
