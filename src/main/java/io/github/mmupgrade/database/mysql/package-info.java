/** What is done with a database on MySQL or MariaDB. */
package io.github.mmupgrade.database.mysql;
