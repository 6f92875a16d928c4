package io.github.mmupgrade.maven;

import com.sun.source.tree.AnnotationTree;
import com.sun.source.tree.AssignmentTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.ExpressionTree;
import com.sun.source.tree.LiteralTree;
import com.sun.source.tree.MethodInvocationTree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreeScanner;
import io.github.mmupgrade.report.Goal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** The plugin's sources, read as trees: the goals with their properties, the hints, and every text. */
final class PluginSources {

    /**
     * A hint that names a goal.
     *
     * @param place the file
     * @param goal the goal as the source has it: a literal in quotes, {@code NAME}, {@code Other.NAME} or a variable
     * @param options the literals behind it
     */
    record SourceHint(Path place, String goal, List<String> options) {}

    private final Map<String, String> constants = new HashMap<>();
    private final Map<String, String> supers = new HashMap<>();
    private final Map<String, Set<String>> own = new HashMap<>();
    private final Map<String, String> goalOfClass = new TreeMap<>();
    private final List<SourceHint> hints = new ArrayList<>();
    private final Map<String, Path> texts = new TreeMap<>();

    /** Reads all sources below a directory. */
    static PluginSources read(Path root) throws IOException {
        PluginSources found = new PluginSources();
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        try (Stream<Path> all = Files.walk(root);
                StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
            List<Path> sources =
                    all.filter(file -> file.toString().endsWith(".java")).toList();
            JavacTask task = (JavacTask) compiler.getTask(
                    null, files, null, List.of("-proc:none"), null, files.getJavaFileObjectsFromPaths(sources));
            for (CompilationUnitTree unit : task.parse()) {
                found.new Reader(Path.of(unit.getSourceFile().toUri())).scan(unit, null);
            }
        }
        return found;
    }

    /** Each goal with all properties that it takes. */
    Map<String, Set<String>> goals() {
        Map<String, Set<String>> found = new TreeMap<>();
        goalOfClass.forEach((name, goal) -> {
            Set<String> properties = new TreeSet<>();
            for (String each = name; each != null; each = supers.get(each)) {
                properties.addAll(own.getOrDefault(each, Set.of()));
            }
            found.put(goal, properties);
        });
        return found;
    }

    List<SourceHint> hints() {
        return hints;
    }

    /** Every text in the sources, with a file that has it. */
    Map<String, Path> texts() {
        return texts;
    }

    /** The value of a constant such as {@code Goal.ROLLBACK}; a literal's own. Null for what is neither. */
    String value(String expression) {
        if (expression.startsWith("Goal.")) {
            return Goal.valueOf(expression.substring("Goal.".length())).key();
        }
        return expression.startsWith("\"")
                ? expression.substring(1, expression.length() - 1)
                : constants.get(expression);
    }

    private final class Reader extends TreeScanner<Void, Void> {
        private final Path place;
        private String current;

        Reader(Path place) {
            this.place = place;
        }

        @Override
        public Void visitClass(ClassTree tree, Void nothing) {
            String outer = current;
            current = tree.getSimpleName().toString();
            if (tree.getExtendsClause() != null) {
                supers.put(current, tree.getExtendsClause().toString());
            }
            for (AnnotationTree annotation : tree.getModifiers().getAnnotations()) {
                if (annotation.getAnnotationType().toString().equals("Mojo")) {
                    goalOfClass.put(current, value(argument(annotation, "name")));
                }
            }
            super.visitClass(tree, null);
            current = outer;
            return null;
        }

        @Override
        public Void visitVariable(VariableTree tree, Void nothing) {
            if (tree.getInitializer() instanceof LiteralTree literal && literal.getValue() instanceof String text) {
                constants.put(current + "." + tree.getName(), text);
            }
            for (AnnotationTree annotation : tree.getModifiers().getAnnotations()) {
                String property = argument(annotation, "property");
                if (property != null) {
                    own.computeIfAbsent(current, name -> new TreeSet<>()).add(property);
                }
            }
            return super.visitVariable(tree, null);
        }

        @Override
        public Void visitMethodInvocation(MethodInvocationTree tree, Void nothing) {
            List<? extends ExpressionTree> arguments = tree.getArguments();
            if (tree.getMethodSelect().toString().equals("Hint.run")) {
                String goal = arguments.get(1).toString();
                hints.add(new SourceHint(
                        place,
                        goal,
                        arguments.subList(2, arguments.size()).stream()
                                .map(Object::toString)
                                .toList()));
            }
            return super.visitMethodInvocation(tree, null);
        }

        @Override
        public Void visitLiteral(LiteralTree tree, Void nothing) {
            if (tree.getValue() instanceof String text) {
                texts.put(text, place);
            }
            return null;
        }

        private String argument(AnnotationTree annotation, String name) {
            for (ExpressionTree argument : annotation.getArguments()) {
                if (argument instanceof AssignmentTree assignment
                        && assignment.getVariable().toString().equals(name)) {
                    return assignment.getExpression().toString();
                }
            }
            return null;
        }
    }
}
