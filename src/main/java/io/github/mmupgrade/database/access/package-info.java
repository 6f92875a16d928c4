/** Opens the database of a data source, or a scratch database, whatever its kind. */
package io.github.mmupgrade.database.access;
