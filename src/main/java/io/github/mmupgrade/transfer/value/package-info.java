/** What PostgreSQL asks of a single value, and what is wrong with one that it does not take. */
package io.github.mmupgrade.transfer.value;
