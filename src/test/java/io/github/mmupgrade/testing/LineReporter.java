package io.github.mmupgrade.testing;

import io.github.mmupgrade.report.Event;
import io.github.mmupgrade.report.EventText;
import io.github.mmupgrade.report.Hint;
import io.github.mmupgrade.report.Reporter;

/** What is said, line by line, as a plain console shows it. */
public interface LineReporter extends Reporter {

    @Override
    void info(String line);

    @Override
    void warn(String line);

    @Override
    void debug(String line);

    @Override
    default void report(Event event) {
        Hint hint = EventText.hint(event);
        for (String line : EventText.lines(event)) {
            switch (EventText.level(event)) {
                case INFO -> info(line);
                case WARNING -> warn(line);
                case DEBUG -> debug(line);
            }
        }
        if (hint != null) {
            info(hint.toString());
        }
    }
}
