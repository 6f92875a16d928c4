/** How an installation moves from MySQL or MariaDB to PostgreSQL. */
package io.github.mmupgrade.conversion;
