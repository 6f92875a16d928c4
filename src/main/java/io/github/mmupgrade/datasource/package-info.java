/** Where a database is and as whom to log in, read as Mattermost's own drivers read it. */
package io.github.mmupgrade.datasource;
