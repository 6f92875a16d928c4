/** The report of a run as one HTML file. */
package io.github.mmupgrade.runreport;
