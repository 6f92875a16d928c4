# Functions that the scripts in this directory share. Read it with ".", do not run it. Needs bash.
# Everything it starts works in a directory of its own, and the caller's trap ends it.

set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

say() { printf '%s\n' "$*"; }

die() {
    printf 'FAILED: %s\n' "$*" >&2
    exit 1
}

as_root() {
    if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

# has_program NAME: on PATH, or where PostgreSQL keeps its programs
has_program() {
    command -v "$1" >/dev/null 2>&1 || compgen -G "/usr/lib/postgresql/*/bin/$1" >/dev/null || [ -x "/usr/sbin/$1" ]
}

# java_version: the major version of the Java compiler; 0 without one
java_version() {
    local text
    text=$( { ${JAVA_HOME:+"$JAVA_HOME"/bin/}javac -version 2>&1 || true; } | sed -n 's/^javac \([0-9]*\).*/\1/p')
    printf '%s' "${text:-0}"
}

# missing_packages: Debian's names of what is not installed
missing_packages() {
    [ "$(java_version)" -ge 17 ] || say openjdk-17-jdk-headless
    has_program mvn || say maven
    has_program initdb || say postgresql
    has_program pg_dump || say postgresql-client
    has_program mariadbd || say mariadb-server
    has_program mysqldump || say mariadb-client
    has_program mariadb-backup || say mariadb-backup
    has_program pgbouncer || say pgbouncer
    has_program curl || say curl
    has_program setpriv || say util-linux
    has_program ps || say procps
    has_program bindfs || say bindfs
    has_program fusermount3 || say fuse3
    has_program setfacl || say acl
    has_program setfattr || say attr
    has_program setcap || say libcap2-bin
    has_program mkfs.xfs || say xfsprogs
    has_program mkfs.btrfs || say btrfs-progs
    has_program igzip || say isal
    has_program ssh || say openssh-client
    has_program sshd || say openssh-server
    has_program sudo || say sudo
    has_program restic || say restic
    has_program rsync || say rsync
    has_program haproxy || say haproxy
    has_program nginx || say nginx-light
    has_program socat || say socat
    has_program ss || say iproute2
}

# ensure_tools: installs what is missing on Debian and Ubuntu; on other systems it says what is missing
ensure_tools() {
    local missing
    missing=$(missing_packages | tr '\n' ' ')
    [ -n "${missing// /}" ] || return 0
    if ! command -v apt-get >/dev/null 2>&1; then
        die "these are missing (Debian's names): $missing; install them and start again"
    fi
    if [ "$(id -u)" -ne 0 ] && ! command -v sudo >/dev/null 2>&1; then
        die "these are missing: $missing; as root: apt-get install $missing"
    fi
    say "Installing $missing"
    install_packages $missing || die "apt-get could not install: $missing; see its messages above"
}

# install_packages NAME...: starts no services and creates no PostgreSQL cluster for the system
install_packages() {
    local policy=/usr/sbin/policy-rc.d ours=no status=0
    if [ ! -e $policy ]; then
        ours=yes
        printf '#!/bin/sh\nexit 101\n' | as_root tee $policy >/dev/null
        as_root chmod 755 $policy
    fi
    as_root env DEBIAN_FRONTEND=noninteractive apt-get update -q || true
    if [[ " $* " == *" postgresql "* ]]; then
        as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends postgresql-common ||
            status=$?
        if [ -f /etc/postgresql-common/createcluster.conf ]; then
            as_root sed -i 's/^#\?\s*create_main_cluster\s*=.*/create_main_cluster = false/' \
                /etc/postgresql-common/createcluster.conf
        fi
    fi
    [ $status -ne 0 ] ||
        as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@" || status=$?
    [ $ours = no ] || as_root rm -f $policy
    return $status
}

# plugin_version: the version in the POM
plugin_version() {
    sed -n 's|^  <version>\(.*\)</version>|\1|p' "$root/pom.xml" | head -1
}

# free_port: a port of 127.0.0.1 that nobody listens on
free_port() {
    local port
    while :; do
        port=$((20000 + RANDOM % 12000))
        if ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
            printf '%s' "$port"
            return
        fi
    done
}

# run_as USER COMMAND...: as that user if this is root, otherwise as the current user
run_as() {
    local user=$1
    shift
    if [ "$(id -u)" -eq 0 ]; then
        setpriv --reuid="$user" --regid="$(id -g "$user")" --init-groups -- "$@"
    else
        "$@"
    fi
}

# wait_for SECONDS COMMAND...: until the command succeeds
wait_for() {
    local until=$((SECONDS + $1))
    shift
    until "$@" >/dev/null 2>&1; do
        [ $SECONDS -lt $until ] || return 1
        sleep 0.2
    done
}

# end_process PID SECONDS: asks it to end, and kills it if it has not ended by then
end_process() {
    kill -TERM "$1" 2>/dev/null || return 0
    wait_for "$2" process_is_gone "$1" || kill -KILL "$1" 2>/dev/null || true
}

process_is_gone() { ! kill -0 "$1" 2>/dev/null; }

# scratch_user NAME...: the first of these users that exists
scratch_user() {
    local user
    for user in "$@"; do
        if id -u "$user" >/dev/null 2>&1; then
            printf '%s' "$user"
            return
        fi
    done
    die "none of these users exists: $*"
}

# postgres_bin: where the server's programs are; POSTGRES_BIN names another directory
postgres_bin() {
    [ -z "${POSTGRES_BIN:-}" ] || { printf '%s' "$POSTGRES_BIN"; return; }
    dirname "$(compgen -G '/usr/lib/postgresql/*/bin/initdb' | sort -t/ -k5 -n | tail -1)"
}

# start_postgres DIRECTORY: a server of its own. Passwords are MD5, because Mattermost before 5 knows nothing else.
# Sets postgres_port and postgres_pid.
start_postgres() {
    local directory=$1 user bin
    bin=$(postgres_bin)
    user=$(scratch_user postgres nobody)
    postgres_port=$(free_port)
    mkdir -p "$directory"
    [ "$(id -u)" -ne 0 ] || chown "$user" "$directory"
    printf 'scratch' >"$directory/.password"
    [ "$(id -u)" -ne 0 ] || chown "$user" "$directory/.password"
    (cd "$directory" && run_as "$user" "$bin/initdb" --no-sync -E UTF8 --locale=C.UTF-8 -A md5 -U postgres \
        --pwfile="$directory/.password" -D "$directory/data" >"$directory/initdb.log" 2>&1) ||
        die "PostgreSQL could not be set up: $(tail -3 "$directory/initdb.log")"
    (cd "$directory" && run_as "$user" "$bin/postgres" -D "$directory/data" -p "$postgres_port" \
        -c listen_addresses=127.0.0.1 -c unix_socket_directories="$directory" -c password_encryption=md5 \
        -c fsync=off >>"$directory/server.log" 2>&1) &
    wait_for 60 test -s "$directory/data/postmaster.pid" || die "PostgreSQL does not start: see $directory/server.log"
    postgres_pid=$(head -1 "$directory/data/postmaster.pid")
    wait_for 60 postgres_query postgres postgres scratch 'SELECT 1' ||
        die "PostgreSQL does not answer: $(tail -3 "$directory/server.log")"
    # initdb chose the encryption of the superuser's password; roles created from now on have MD5
}

# postgres_query USER DATABASE PASSWORD STATEMENT
postgres_query() {
    PGPASSWORD=$3 psql -X -q -A -t -v ON_ERROR_STOP=1 -h 127.0.0.1 -p "$postgres_port" -U "$1" -d "$2" -c "$4"
}

# start_mariadb DIRECTORY: a server of its own. Sets mariadb_port and mariadb_pid. Its temporary tables are in a directory of
# its own: a server that starts removes those of all others that share one.
start_mariadb() {
    local directory=$1 user server
    user=$(scratch_user mysql nobody)
    server=$(command -v mariadbd || printf /usr/sbin/mariadbd)
    mariadb_port=$(free_port)
    mkdir -p "$directory"
    [ "$(id -u)" -ne 0 ] || chown "$user" "$directory"
    (cd "$directory" && run_as "$user" mariadb-install-db --no-defaults --skip-test-db \
        --auth-root-authentication-method=normal --datadir="$directory/data" --tmpdir="$directory" >"$directory/install.log" 2>&1) ||
        die "MariaDB could not be set up: $(tail -3 "$directory/install.log")"
    (cd "$directory" && run_as "$user" "$server" --no-defaults --datadir="$directory/data" --tmpdir="$directory" \
        --socket="$directory/socket" --pid-file="$directory/pid" --port="$mariadb_port" --bind-address=127.0.0.1 \
        --skip-log-bin --character-set-server=utf8mb4 >>"$directory/server.log" 2>&1) &
    wait_for 60 test -s "$directory/pid" || die "MariaDB does not start: see $directory/server.log"
    mariadb_pid=$(cat "$directory/pid")
    wait_for 60 mariadb_query root '' '' 'SELECT 1' || die "MariaDB does not answer: see $directory/server.log"
}

# mariadb_query USER DATABASE PASSWORD STATEMENT
mariadb_query() {
    MYSQL_PWD=$3 mariadb --no-defaults --protocol=tcp -h 127.0.0.1 -P "$mariadb_port" -u "$1" --batch \
        --skip-column-names -e "$4" ${2:+"$2"}
}

# test_classpath: compiles the tests if they changed, and prints the classes and jars to run them with
test_classpath() {
    local list=$root/target/test-classpath.txt
    if [ ! -s "$list" ] || [ "$root/pom.xml" -nt "$list" ]; then
        (cd "$root" && ${MVN:-mvn} -B -ntp -q test-compile org.apache.maven.plugins:maven-dependency-plugin:3.9.0:build-classpath \
            -DincludeScope=test -Dmdep.outputFile="$list") >&2
    elif [ -n "$(find "$root/src/main" "$root/src/test" -newer "$list" -print -quit)" ]; then
        (cd "$root" && ${MVN:-mvn} -B -ntp -q test-compile) >&2
        touch "$list"
    fi
    printf '%s:%s:%s' "$root/target/test-classes" "$root/target/classes" "$(cat "$list")"
}

# memory_directory: where files live in memory, if there is room for them; else where temporary ones go
memory_directory() {
    if [ -w /dev/shm ] && [ "$(df --output=avail -k /dev/shm | tail -1)" -gt 2000000 ]; then
        printf /dev/shm
    else
        printf '%s' "${TMPDIR:-/tmp}"
    fi
}

# run_tests ARGUMENT...: builds, installs and tests by Maven, in memory where there is room: the tests that are about a
# disk make one of their own. Fails, too, when a process outlives the tests.
run_tests() {
    local directory status=0
    rm -rf "$root/target/surefire-reports"
    directory=$(mktemp -d -p "$(memory_directory)" mattermost-tests.XXXXXX)
    trap 'rm -rf "'"$directory"'"' EXIT
    trap 'exit 130' INT TERM
    # the database servers run as users of their own
    chmod 1777 "$directory"
    (cd "$root" && ${MVN:-mvn} -B -ntp "-Dtests.directory=$directory" "$@" install) || status=$?
    if pgrep -f -- "$directory/" >/dev/null && sleep 5 && pgrep -f -a -- "$directory/" >&2; then
        say "FAILED: these processes outlived the tests" >&2
        status=1
    fi
    rm -rf "$directory"
    trap - EXIT INT TERM
    return $status
}

# accept_stand_ins OLD NEW: the acceptance of two of the stand-in's archives
accept_stand_ins() {
    local old new
    say "Accepting $1 to $2"
    old=$("$root/dev/standin-archive" "$1" "$root/target/archives" | tail -1)
    new=$("$root/dev/standin-archive" "$2" "$root/target/archives" | tail -1)
    SKIP_BUILD=1 "$root/dev/accept" "$old" "$new"
}

# say_how_it_went: what the tests' reports come to, and the ten slowest classes
say_how_it_went() {
    local suites
    suites=$(grep -h -o '<testsuite .*' "$root"/target/surefire-reports/TEST-*.xml)
    say "The slowest test classes:"
    sed 's/.* name="\([^"]*\)".* time="\([^"]*\)".*/\2 \1/; s/,//' <<<"$suites" | sort -rn | head -10 |
        awk '{ printf "%8.1f s  %s\n", $1, $2 }'
    sed 's/.* tests="\([0-9]*\)".* errors="\([0-9]*\)".* skipped="\([0-9]*\)".* failures="\([0-9]*\)".*/\1 \2 \3 \4/' \
        <<<"$suites" | awk '{ t += $1; e += $2; s += $3; f += $4 }
            END { printf "Tests run: %d, Failures: %d, Errors: %d, Skipped: %d\n", t, f, e, s; exit f + e + s > 0 }'
}
