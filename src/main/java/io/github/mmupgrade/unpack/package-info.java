/** Unpacks an archive of a stranger: its names, links and sizes are refused or limited. */
package io.github.mmupgrade.unpack;
