/** A server's directory: layout, owner, installed release, and the swap of one release for the next. */
package io.github.mmupgrade.installation;
