/** How a service is found, started and stopped. */
package io.github.mmupgrade.service;
