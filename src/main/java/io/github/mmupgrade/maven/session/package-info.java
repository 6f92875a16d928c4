/** What the goals need of Maven: console, settings.xml, the repository, one call a build. */
package io.github.mmupgrade.maven.session;
