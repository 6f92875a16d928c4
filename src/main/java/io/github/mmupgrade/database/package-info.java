/** Data sources and the databases behind them: dump, restore, frozen copy, counts. */
package io.github.mmupgrade.database;
