/** How the rows of a MySQL or MariaDB database get into PostgreSQL, and how both are shown to be equal. */
package io.github.mmupgrade.transfer;
