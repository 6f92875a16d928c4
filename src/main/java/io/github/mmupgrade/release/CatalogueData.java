package io.github.mmupgrade.release;

import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/** What a catalogue's file says, checked and indexed. */
record CatalogueData(
        NavigableMap<Version, Release> releases,
        Map<Edition, String> urls,
        String signatureSuffix,
        String architecture,
        NavigableMap<Version, Version> minimumPostgresql,
        Optional<Version> mysqlRemovedIn,
        List<ForbiddenMove> forbidden,
        NavigableMap<Version, SchemaRule> schemaRules,
        List<ChangelogSource> changelogs,
        Map<String, Publication> bySha256) {

    CatalogueData(
            NavigableMap<Version, Release> releases,
            Map<Edition, String> urls,
            String signatureSuffix,
            String architecture,
            NavigableMap<Version, Version> minimumPostgresql,
            Optional<Version> mysqlRemovedIn,
            List<ForbiddenMove> forbidden,
            NavigableMap<Version, SchemaRule> schemaRules,
            List<ChangelogSource> changelogs) {
        this(
                Collections.unmodifiableNavigableMap(new TreeMap<>(releases)),
                Map.copyOf(urls),
                signatureSuffix,
                architecture,
                Collections.unmodifiableNavigableMap(new TreeMap<>(minimumPostgresql)),
                mysqlRemovedIn,
                List.copyOf(forbidden),
                Collections.unmodifiableNavigableMap(new TreeMap<>(schemaRules)),
                List.copyOf(changelogs),
                index(releases, architecture));
    }

    /** What a catalogue builds upon that has nothing below it. */
    static CatalogueData empty(NavigableMap<Version, Release> none) {
        return new CatalogueData(
                none,
                new EnumMap<>(Edition.class),
                ".sig",
                "amd64",
                new TreeMap<>(),
                Optional.empty(),
                List.of(),
                new TreeMap<>(),
                List.of());
    }

    private static Map<String, Publication> index(Map<Version, Release> releases, String architecture) {
        Map<String, Publication> index = new HashMap<>();
        for (Release release : releases.values()) {
            release.files().forEach((edition, file) -> file.sha256().ifPresent(sum -> {
                Publication before = index.put(sum, new Publication(release, edition, architecture));
                if (before != null) {
                    throw new IllegalArgumentException("The sum " + sum + " stands for both "
                            + before.release().version() + " " + before.edition() + " and " + release.version() + " "
                            + edition);
                }
            }));
        }
        return Map.copyOf(index);
    }
}
