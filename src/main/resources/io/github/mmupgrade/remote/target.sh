# What is run on a machine that has nothing but a shell. In front of it stand assignments: action, sudo, password (whether
# one follows in two lines), cache, engine, and what the action needs. Says what it finds in lines that begin with
# "@mattermost ". Works with dash, bash and busybox.
say() { printf '@mattermost %s\n' "$*"; }
refuse() { say "refused $(printf '%s' "$*" | tr '\n' ' ')"; exit 64; }
# last LINES: sudo may say more than why, such as how to behave
last() { printf '%s\n' "$1" | tail -n 1; }
umask 077
LC_ALL=C.UTF-8; export LC_ALL
# a login shell may have greeted without ending its line
[ "${1-}" = elevated ] || echo

if [ "${1-}" != elevated ]; then
    # the password comes twice: once to try it, so that sudo never takes what follows for another try, and once for sudo
    # to read it itself, because a process between the two would not notice that sudo has ended
    secret=
    [ "$password" = no ] || IFS= read -r secret
    if [ "$sudo" = yes ] && [ "$(id -u)" != 0 ]; then
        command -v sudo >/dev/null 2>&1 || refuse sudo-missing
        if why=$(sudo -n true 2>&1); then
            [ "$password" = no ] || IFS= read -r secret
            exec sudo -n -- sh -c "$s" sh elevated "${SSH_AUTH_SOCK-}"
        fi
        case $why in *"must have a tty"*) refuse "sudo-tty $(last "$why")" ;; esac
        [ "$password" = yes ] || refuse "sudo-asks $(last "$why")"
        why=$(printf '%s\n' "$secret" | sudo -k -S -p "" true 2>&1) || refuse "sudo-denied $(last "$why")"
        exec sudo -k -S -p "" -- sh -c "$s" sh elevated "${SSH_AUTH_SOCK-}"
    fi
    [ "$password" = no ] || IFS= read -r secret
    secret=
fi

# sudo has taken it away; it is there only where the caller has forwarded its agent
[ -z "${2-}" ] || { SSH_AUTH_SOCK=$2; export SSH_AUTH_SOCK; }
[ "$(uname -s)" = Linux ] || refuse "system $(uname -s)"
if [ -z "$cache" ]; then
    if [ "$(id -u)" = 0 ]; then
        cache=/var/cache/mattermost-maven-plugin
    else
        cache=${XDG_CACHE_HOME:-${HOME-}/.cache}/mattermost-maven-plugin
    fi
fi
why=$(mkdir -p "$cache" 2>&1) || refuse "cache $cache: $why"
# somebody else's directory, or one that others can write to, could hold somebody else's engine
mine() { [ -O "$1" ] && [ ! -h "$1" ] || refuse "cache-owner $1"; }
mine "$cache"
# whoever can rename a directory above it can exchange it, and what a link on the way names
cache=$(cd "$cache" && pwd -P)
# the group of a user alone
private=
[ "$(id -gn 2>/dev/null)" != "$(id -un 2>/dev/null)" ] || private=$(id -g)
# safe DIRECTORY: whether nobody else can rename what is in it
safe() {
    set -- $(ls -ldn "$1")
    [ "$3" = 0 ] || [ "$3" = "$(id -u)" ] || return 1
    case $1 in
    ?????????[tT]*) return 0 ;;
    ????????w*) return 1 ;;
    ?????w*) [ "$4" = "$private" ] ;;
    esac
}
above=$cache
while [ "$above" != / ]; do
    above=${above%/*}
    above=${above:-/}
    safe "$above" || refuse "cache-above $above"
done
why=$(chmod go-w "$cache" 2>&1) || refuse "cache $cache: $why"
for each in objects engines runtimes native; do
    why=$(mkdir -p "$cache/$each" 2>&1) || refuse "cache $cache: $why"
    mine "$cache/$each"
done
# the user of the server runs the Java in it, to look at files that root may not see
chmod go+x "$cache" "$cache/runtimes"
[ -w "$cache/objects" ] || refuse "cache $cache: it cannot be written to"

# version_of JAVA: its major version; without starting it where its directory tells
version_of() {
    home=$(readlink -f "$1" 2>/dev/null)
    home=${home%/bin/java}
    found=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$home/release" "${home%/jre}/release" 2>/dev/null | head -n 1)
    [ -n "$found" ] || found=$("$1" -version 2>&1 | sed -n 's/.* version "\([0-9]*\).*/\1/p' | head -n 1)
    printf '%s' "${found:-0}"
}
# ours HOME: whether a Java that was sent belongs to who runs it
ours() { [ -O "$1" ] && [ -O "$1/bin/java" ] && [ -s "$1/bin/java" ]; }
find_java() {
    java=
    oldest=
    if [ -n "$runtime" ]; then
        set -- "$cache/runtimes/$runtime/bin/java"
    else
        set -- "${JAVA_HOME:-/}/bin/java" "$(command -v java)" /usr/lib/jvm/*/bin/java /usr/java/*/bin/java \
            /opt/java/*/bin/java "$cache"/runtimes/*/bin/java
    fi
    for each in "$@"; do
        [ -x "$each" ] && [ -f "$each" ] || continue
        case $each in "$cache/runtimes/"*) ours "${each%/bin/java}" || continue ;; esac
        version=$(version_of "$each")
        if [ "$version" -ge 17 ] 2>/dev/null; then
            java=$each
            return 0
        fi
        oldest="$version $each"
    done
    return 1
}
checksum() {
    if command -v sha256sum >/dev/null 2>&1; then sha256sum <"$1"; else openssl dgst -sha256 -r <"$1"; fi | cut -d ' ' -f 1
}
# what takes its name is on the disk: a power cut must not leave an empty file of that name
settle() { sync ${2-} "$1" 2>/dev/null || sync; }
# whole DIRECTORY SIZE: whether it holds one file of ours with so many bytes
whole() {
    bytes=$2
    set -- "$1"/*
    [ $# = 1 ] && [ -f "$1" ] && [ -O "$1" ] && [ "$(($(wc -c <"$1")))" = "$bytes" ]
}
# whether the engine is there with all that it consists of
engine_is_there() {
    [ -f "$cache/engines/$engine" ] || return 1
    while read -r each; do
        [ -O "$cache/objects/$each" ] && [ -s "$cache/objects/$each" ] || return 1
    done <"$cache/engines/$engine"
}
facts() {
    say "user $(id -un 2>/dev/null || id -u)"
    say "machine $(uname -m)"
    libc=glibc
    for each in /lib/ld-musl-*; do [ ! -e "$each" ] || libc=musl; done
    say "libc $libc"
    say "cache $cache"
    if command -v tar >/dev/null 2>&1; then say "tar yes"; fi
    say "free $(df -Pk "$cache" 2>/dev/null | awk 'NR == 2 { print $4 }')"
}

case $action in
serve)
    if ! find_java; then
        facts
        engine_is_there || say "missing engine"
        say "missing java $oldest"
        exit 65
    fi
    if ! engine_is_there; then
        facts
        say "java $java"
        say "missing engine"
        exit 65
    fi
    say "cache $cache"
    path=
    while read -r each; do path=$path:$cache/objects/$each; done <"$cache/engines/$engine"
    say "java $java"
    exec "$java" -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -XX:-UsePerfData -Xshare:auto -Dfile.encoding=UTF-8 \
        "-Djna.tmpdir=$cache/native" "-DZstdTempFolder=$cache/native" -cp "${path#:}" \
        io.github.mmupgrade.agent.Agent "${mode:-serve}" "${tree:-$engine}"
    ;;
list)
    facts
    for sized in $objects; do
        each=${sized%%/*}
        if [ -d "$cache/objects/$each" ] && ! whole "$cache/objects/$each" "${sized#*/}"; then
            rm -rf "$cache/objects/$each"
        fi
        if [ -d "$cache/objects/$each" ]; then
            # what is asked for is in use, and not removed as old
            touch "$cache/objects/$each" 2>/dev/null
            say "have $each"
        elif [ -f "$cache/objects/$each.$sender.part" ]; then
            say "part $(wc -c <"$cache/objects/$each.$sender.part") $each"
        fi
    done
    ;;
put)
    part=$cache/objects/$object.$sender.part
    there=0
    [ ! -f "$part" ] || there=$(($(wc -c <"$part")))
    # one that is longer than the file is damaged
    [ "$there" -le "$size" ] || { rm -f "$part"; there=0; }
    # one that has grown since it was looked at is of a call that still sends
    [ "$there" = "$offset" ] || { say "sending $there"; exit 67; }
    why=$(cat 2>&1 >>"$part") || refuse "full $cache $why"
    [ "$(($(wc -c <"$part")))" -ge "$size" ] || { say part; exit 66; }
    if [ "$(checksum "$part")" != "$object" ]; then
        rm -f "$part"
        refuse "checksum $object"
    fi
    settle "$part"
    fresh=$cache/objects/.new.$$
    mkdir "$fresh" && mv "$part" "$fresh/$name" || refuse "full $cache"
    # another call may have been quicker
    [ ! -d "$cache/objects/$object" ] && mv "$fresh" "$cache/objects/$object" || rm -rf "$fresh"
    say stored
    ;;
split)
    # another call has done it
    [ -d "$cache/objects/$object" ] || { say stored; exit 0; }
    fresh=$cache/objects/.new.$$
    why=$(mkdir "$fresh" 2>&1 && tar -xomf "$cache/objects/$object/$name" -C "$fresh" 2>&1) || { rm -rf "$fresh"; refuse "full $cache $why"; }
    settle "$fresh" -f
    for each in $objects; do
        sum=${each%%/*}
        mkdir "$fresh/new" && mv "$fresh/$sum" "$fresh/new/${each#*/}" || refuse "full $cache"
        # another call may have been quicker
        [ ! -d "$cache/objects/$sum" ] && mv "$fresh/new" "$cache/objects/$sum" || rm -rf "$fresh/new"
    done
    rm -rf "$fresh" "$cache/objects/$object"
    say stored
    ;;
place)
    # another call has moved it
    [ -f "$cache/objects/$object/$name" ] || [ ! -f "$file" ] || { say stored; exit 0; }
    # across file systems a copy takes its name when it is whole
    why=$(mkdir -p "${file%/*}" 2>&1 && mv "$cache/objects/$object/$name" "$file.sent" 2>&1 && settle "$file.sent" && mv "$file.sent" "$file" 2>&1) ||
        refuse "full $file $why"
    rm -rf "$cache/objects/$object"
    say stored
    ;;
directory)
    mkdir -p "$cache/archives/$name" && touch "$cache/archives/$name" || refuse "full $cache"
    for each in $objects; do
        ln -f "$cache/objects/$each" "$cache/archives/$name/" || refuse "full $cache"
    done
    say stored
    ;;
engine)
    printf '%s\n' "$objects" | tr ' ' '\n' >"$cache/engines/.$engine.$$" && settle "$cache/engines/.$engine.$$" &&
        mv "$cache/engines/.$engine.$$" "$cache/engines/$engine" ||
        refuse "full $cache"
    say stored
    ;;
runtime)
    # another call has made it
    if ours "$cache/runtimes/$runtime" && "$cache/runtimes/$runtime/bin/java" -version >/dev/null 2>&1; then
        say stored
        exit 0
    fi
    fresh=$cache/runtimes/.new.$$
    mkdir "$fresh" || refuse "full $cache"
    # owners are those of the machine that has packed it, times those of its clock
    why=$({ gzip -dc "$cache/objects/$object/$name" | tar -xomf - -C "$fresh"; } 2>&1) || { rm -rf "$fresh"; refuse "full $cache $why"; }
    home=$fresh
    for each in "$fresh"/*/bin/java "$fresh"/*/*/bin/java; do [ ! -f "$each" ] || home=${each%/bin/java}; done
    if ! why=$("$home/bin/java" -version 2>&1); then
        rm -rf "$fresh"
        refuse "runtime $why"
    fi
    chmod -R go-w,go+rX "$home" && chown -R "$(id -u):$(id -g)" "$home" || refuse "full $cache"
    settle "$home" -f
    # one that is not as it should be may be in use: it goes when the new one has its place
    old=$cache/runtimes/.old.$$
    [ ! -e "$cache/runtimes/$runtime" ] || mv "$cache/runtimes/$runtime" "$old" || refuse "full $cache"
    mv "$home" "$cache/runtimes/$runtime" || refuse "full $cache"
    rm -rf "$fresh" "$old" "$cache/objects/$object"
    say stored
    ;;
esac
