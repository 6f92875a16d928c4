/** Which files changed since a moment, told by the kernel instead of by looking at all of them. */
package io.github.mmupgrade.follow;
