/** What is done with a database, whatever its kind: read, dump, restore, freeze, count. */
package io.github.mmupgrade.database;
