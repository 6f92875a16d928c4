/** Where commands run and where files live. */
package io.github.mmupgrade.host;
