/** What is done with a database on PostgreSQL. */
package io.github.mmupgrade.database.postgres;
