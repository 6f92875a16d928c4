/** How a server is started, stopped and asked how it is. */
package io.github.mmupgrade.service;
