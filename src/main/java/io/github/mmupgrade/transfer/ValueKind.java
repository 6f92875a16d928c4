package io.github.mmupgrade.transfer;

/** How a value is written for PostgreSQL. */
enum ValueKind {
    INTEGER,
    /** A {@code tinyint} for a {@code boolean}. */
    BOOLEAN,
    TEXT,
    /** One of the labels of an enumeration. */
    LABEL,
    /** A document that is kept as it is written. */
    JSON,
    /** A document in the one form that PostgreSQL gives it. */
    JSONB,
    /** A JSON array of texts for an array. */
    TEXT_ARRAY,
    BYTES,
    DECIMAL,
    FLOAT,
    DATE,
    TIMESTAMP,
    /** A bit string, as a number. */
    BITS
}
