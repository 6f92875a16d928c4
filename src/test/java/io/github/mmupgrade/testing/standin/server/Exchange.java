package io.github.mmupgrade.testing.standin.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A request and the answer to it. */
final class Exchange {

    private static final Pattern FILE_NAME = Pattern.compile("filename=\"([^\"]*)\"");
    private static final Pattern FIELD_NAME = Pattern.compile("[; ]name=\"([^\"]*)\"");

    /** An uploaded file. */
    static final class Upload {
        private final String name;
        private final byte[] content;

        Upload(String name, byte[] content) {
            this.name = name;
            this.content = content;
        }

        String name() {
            return name;
        }

        byte[] content() {
            return content;
        }
    }

    private final HttpExchange http;
    private final String path;
    private byte[] body;

    /**
     * Wraps a request.
     *
     * @param path its path without the site's own
     */
    Exchange(HttpExchange http, String path) {
        this.http = http;
        this.path = path;
    }

    String method() {
        return http.getRequestMethod();
    }

    String path() {
        return path;
    }

    /** The session's token; null when none was sent. */
    String token() {
        String header = http.getRequestHeaders().getFirst("Authorization");
        return header == null ? null : header.replaceFirst("(?i)^bearer ", "");
    }

    /** A parameter of the query; empty when it isn't there. */
    String query(String name) {
        String query = http.getRequestURI().getQuery();
        if (query != null) {
            for (String pair : query.split("&")) {
                if (pair.startsWith(name + "=")) {
                    return pair.substring(name.length() + 1);
                }
            }
        }
        return "";
    }

    byte[] body() throws IOException {
        if (body == null) {
            body = http.getRequestBody().readAllBytes();
        }
        return body;
    }

    JsonNode json() throws IOException {
        try {
            return GoJson.read(body());
        } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
            throw new Actions.Refusal(400, "Invalid or missing request body");
        }
    }

    /** The parts of a form: fields by name, files under {@code files}. */
    Map<String, Object> form() throws IOException {
        String type = http.getRequestHeaders().getFirst("Content-Type");
        if (type == null || !type.contains("boundary=")) {
            throw new Actions.Refusal(400, "Not a form");
        }
        String boundary = "--" + type.replaceFirst(".*boundary=\"?([^\";]*).*", "$1");
        Map<String, Object> parts = new HashMap<>();
        // one byte is one character in ISO 8859-1, so cutting text cuts bytes
        String text = new String(body(), StandardCharsets.ISO_8859_1);
        for (String part : text.split(Pattern.quote(boundary))) {
            int end = part.indexOf("\r\n\r\n");
            if (end < 0) {
                continue;
            }
            String head = part.substring(0, end);
            byte[] content = part.substring(end + 4, part.length() - 2).getBytes(StandardCharsets.ISO_8859_1);
            Matcher name = FIELD_NAME.matcher(head);
            Matcher fileName = FILE_NAME.matcher(head);
            if (fileName.find()) {
                String given =
                        new String(fileName.group(1).getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
                parts.put("files", new Upload(given, content));
            } else if (name.find()) {
                parts.put(name.group(1), new String(content, StandardCharsets.UTF_8));
            }
        }
        return parts;
    }

    void header(String name, String value) {
        http.getResponseHeaders().set(name, value);
    }

    void answer(int status, String type, byte[] content) throws IOException {
        header("Content-Type", type);
        boolean none = method().equals("HEAD") || content.length == 0;
        http.sendResponseHeaders(status, none ? -1 : content.length);
        if (!none) {
            http.getResponseBody().write(content);
        }
    }

    void answer(int status, JsonNode json) throws IOException {
        answer(status, "application/json", json.toString().getBytes(StandardCharsets.UTF_8));
    }

    void page(int status, String html) throws IOException {
        answer(status, "text/html", html.getBytes(StandardCharsets.UTF_8));
    }
}
