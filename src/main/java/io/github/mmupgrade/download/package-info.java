/** Fetches files over HTTP: resumed after a break, through proxies, with credentials. */
package io.github.mmupgrade.download;
