/** What the state of a server is saved to and brought back from. */
package io.github.mmupgrade.saving;
