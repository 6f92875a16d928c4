/** Where a goal works: the options, the installation, its server as it is now, and its state directory. */
package io.github.mmupgrade.context;
