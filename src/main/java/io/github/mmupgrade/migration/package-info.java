/** What has to fit before one installation takes over everything from another, and what its configuration becomes. */
package io.github.mmupgrade.migration;
