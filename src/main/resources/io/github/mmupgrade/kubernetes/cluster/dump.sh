# Dumps the database of DB_CONNECTION_STRING into ${DUMP_DIRECTORY:-/dumps}/$DUMP_NAME.dump, and reads its list of
# contents. The password goes into a file of libpq's that only this user can read, never into an argument.
set -eu
umask 077
directory=${DUMP_DIRECTORY:-/dumps}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# C: a byte is a byte
LC_ALL=C awk 'BEGIN {
    source = ENVIRON["DB_CONNECTION_STRING"]
    if (source !~ /^postgres(ql)?:\/\//) { print "DB_CONNECTION_STRING is not for PostgreSQL" > "/dev/stderr"; exit 1 }
    for (i = 0; i < 256; i++) { byte[sprintf("%02X", i)] = sprintf("%c", i) }
    sub(/^[a-z]*:\/\//, "", source)
    query = ""
    if (match(source, /\?/)) { query = substr(source, RSTART + 1); source = substr(source, 1, RSTART - 1) }
    login = ""
    if (match(source, /.*@/)) { login = substr(source, 1, RLENGTH - 1); source = substr(source, RLENGTH + 1) }
    place = source
    if (match(source, /\//)) { place = substr(source, 1, RSTART - 1); put("dbname", substr(source, RSTART + 1)) }
    at = index(login, ":")
    if (at) { put("password", substr(login, at + 1)); login = substr(login, 1, at - 1) }
    put("user", login)
    if (place ~ /^\[/) {
        at = index(place, "]"); put("host", substr(place, 2, at - 2)); place = substr(place, at + 1)
        sub(/^:/, "", place); put("port", place)
    } else if ((at = match(place, /:[0-9]*$/))) {
        put("port", substr(place, at + 1)); put("host", substr(place, 1, at - 1))
    } else { put("host", place) }
    count = split(query, pairs, "&")
    for (i = 1; i <= count; i++) {
        equals = index(pairs[i], "=")
        key = substr(pairs[i], 1, equals - 1)
        # what libpq knows of what the driver of the server does
        if (key ~ /^(sslmode|sslrootcert|sslcert|sslkey|connect_timeout|host|port|user|password|dbname)$/) {
            put(key, substr(pairs[i], equals + 1))
        }
    }
    printf "[mattermost]\n"
    for (key in values) { printf "%s=%s\n", key, values[key] }
}
function put(key, text,    plain, hex) {
    if (text == "") { return }
    plain = ""
    while (match(text, /%[0-9A-Fa-f][0-9A-Fa-f]/)) {
        hex = toupper(substr(text, RSTART + 1, 2))
        plain = plain substr(text, 1, RSTART - 1) byte[hex]
        text = substr(text, RSTART + 3)
    }
    values[key] = plain text
}' > "$work/service"
export PGSERVICEFILE="$work/service" PGSERVICE=mattermost
pg_dump --format=custom --no-password --file="$directory/$DUMP_NAME.dump.partial"
entries=$(pg_restore --list "$directory/$DUMP_NAME.dump.partial" | grep -c 'TABLE DATA' || true)
[ "$entries" -gt 0 ] || { echo "the dump has no tables" >&2; exit 1; }
sync "$directory/$DUMP_NAME.dump.partial"
mv "$directory/$DUMP_NAME.dump.partial" "$directory/$DUMP_NAME.dump"
echo "$DUMP_NAME.dump, $entries tables, $(wc -c < "$directory/$DUMP_NAME.dump") bytes"
