/** What Java cannot ask the Linux kernel for itself. */
package io.github.mmupgrade.linux;
