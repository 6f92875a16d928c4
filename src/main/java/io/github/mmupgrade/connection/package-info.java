/** Connections to a database server: TLS, sockets, peer login, poolers, statements. */
package io.github.mmupgrade.connection;
