/** What a person is told: refusals, failures, hints and progress. */
package io.github.mmupgrade.report;
