/** The tables and columns of both sides, and what becomes of which. */
package io.github.mmupgrade.transfer.table;
