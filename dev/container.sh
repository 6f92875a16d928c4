# What the scripts share that try the plugin in a Debian with systemd, booted as a container. Read it with "." behind
# lib.sh; it builds the plugin and makes the Debian. There may be several containers: the functions work in the one that
# in_container named last. begin_container makes one with everything. Before it, the caller may change
#   network       options of systemd-nspawn; by default the container has a network of its own without a way out
#   binds         options of systemd-nspawn: what of this machine is seen in it
#   edition       that of the archives, before this is read (default: team)
#   server_java   the Java of the stand-in server, as the container sees it
# A function end_more of the caller is called at the end. Variables: SKIP_BUILD, MVN, SYSTEMD_TREE and KEEP, as the
# scripts explain.

from=5.25.7
to=5.37.10
mvn=${MVN:-mvn}
tree=${SYSTEMD_TREE:-$root/target/systemd-tree}
# csh and fish are there because logins may have them as their shell
tree_packages=systemd,systemd-sysv,dbus,libpam-systemd,postgresql,procps,openssh-server,sudo,tcsh,fish

[ "$(id -u)" -eq 0 ] || die "only root can boot a container; call it by sudo"
ensure_tools
missing=
has_program debootstrap || missing="$missing debootstrap"
has_program systemd-nspawn || missing="$missing systemd-container"
has_program ip || missing="$missing iproute2"
if [ -n "$missing" ]; then
    command -v apt-get >/dev/null || die "these are missing (Debian's names):$missing; install them and start again"
    say "Installing$missing"
    install_packages $missing >/dev/null || die "apt-get could not install$missing"
fi

if [ -z "${SKIP_BUILD:-}" ]; then
    say "Building the plugin"
    (cd "$root" && $mvn -B -ntp -q -DskipTests -Dinvoker.skip=true install)
fi

# ---- a Debian, kept for the next time -------------------------------------------------------------------------------

# one that an earlier version made, with less in it, is made again
if [ "$(cat "$tree/etc/mattermost-test-packages" 2>/dev/null)" != "$tree_packages" ]; then
    suite=$(. /etc/os-release && printf '%s' "${VERSION_CODENAME:-bookworm}")
    say "Making a Debian ($suite) in ${tree#"$root"/}"
    mkdir -p "$(dirname "$tree")"
    rm -rf "$tree.new"
    debootstrap --variant=minbase --include="$tree_packages" "$suite" "$tree.new" \
        >"$tree.log" 2>&1 || die "debootstrap failed: $(tail -3 "$tree.log"); see $tree.log"
    rm -rf "$tree.new"/var/cache/apt/archives/*.deb "$tree.log"
    printf '%s' "$tree_packages" >"$tree.new/etc/mattermost-test-packages"
    rm -rf "$tree"
    mv "$tree.new" "$tree"
fi

# ---- the container --------------------------------------------------------------------------------------------------

# in memory, because every step of an upgrade waits for the whole disk, which other work keeps busy
scratch=$(mktemp -d -p "$(memory_directory)" mattermost-systemd.XXXXXX)
chmod 755 "$scratch"
containers=()
declare -A init_pids=() nspawn_pids=()
# in_container NAME: what follows is about this one
in_container() {
    container=$1
    machine=$scratch/$container
    written=$scratch/$container.written
    init_pid=${init_pids[$container]:-}
    nspawn_pid=${nspawn_pids[$container]:-}
}
in_container test
clean_up() {
    local status=$? each
    trap - EXIT INT TERM
    for each in "${containers[@]}"; do
        in_container "$each"
        cut_power
    done
    ! declare -F end_more >/dev/null || end_more
    for each in "${containers[@]}"; do
        in_container "$each"
        ! mountpoint -q "$machine" || umount "$machine" || umount -l "$machine"
    done
    if [ -n "${KEEP:-}" ]; then
        say "What the container wrote is in $scratch"
    else
        rm -rf "$scratch"
    fi
    exit $status
}
trap clean_up EXIT
trap 'exit 130' INT TERM

# cut_power: everything in the container dies at the same moment, as its first process takes the others along
cut_power() {
    [ -z "$init_pid" ] || kill -KILL "$init_pid" 2>/dev/null || true
    init_pid=
    if [ -n "$nspawn_pid" ]; then
        wait_for 20 process_is_gone "$nspawn_pid" || kill -KILL "$nspawn_pid" 2>/dev/null || true
        wait "$nspawn_pid" 2>/dev/null || true
    fi
    nspawn_pid=
    init_pids[$container]=
    nspawn_pids[$container]=
}

java_home=$("${JAVA_HOME:+$JAVA_HOME/bin/}java" -XshowSettings:properties -version 2>&1 | sed -n 's/^ *java\.home = //p')
maven_home=$($mvn -B -v | sed 's/\x1b\[[0-9;]*m//g' | sed -n 's/^Maven home: //p')
plugin=io.github.mmupgrade:mattermost-maven-plugin:$(plugin_version)
# fetches what the goals need, and says where it is
repository=$(cd "$scratch" && $mvn -B -ntp -X "$plugin:help" 2>&1 | sed -n 's/.*Using local repository at //p' | tail -1)
[ -d "$java_home" ] || die "java says that its home is '$java_home', which does not exist"
[ -d "$maven_home" ] || die "mvn says that its home is '$maven_home', which does not exist"
[ -d "$repository" ] || die "mvn does not say where its local repository is; does '$mvn $plugin:help' work?"

network=(--private-network)
binds=("--bind-ro=$repository:/srv/repository" "--bind-ro=$root/target/archives:/srv/archives")
# Debian's packages of Java and Maven keep parts of both elsewhere
for place in "$maven_home" /etc/java-17-openjdk /etc/java-21-openjdk /etc/maven /usr/share/java; do
    [ ! -d "$place" ] || binds+=("--bind-ro=$place")
done
server_java=$java_home

boot() {
    systemd-nspawn -q -D "$machine" "--machine=mattermost-$container" "--hostname=$container" --register=no --keep-unit "${network[@]}" \
        --link-journal=no --console=pipe "${binds[@]}" -b </dev/null >>"$scratch/console.log" 2>&1 &
    nspawn_pid=$!
    wait_for 60 first_process || die "systemd-nspawn starts nothing: $(tail -5 "$scratch/console.log")"
    init_pids[$container]=$init_pid
    nspawn_pids[$container]=$nspawn_pid
    wait_for 120 has_booted || die "the container does not boot: $(why_not_booted)"
}
# systemd-nspawn first starts a helper that is gone a moment later; only process 1 of the container counts
first_process() {
    local child
    init_pid=
    for child in $(pgrep -P "$nspawn_pid"); do
        if grep -qs '^NSpid:.*[[:space:]]1$' "/proc/$child/status"; then
            init_pid=$child
            return 0
        fi
    done
    return 1
}
has_booted() { inside systemctl is-active --quiet multi-user.target && { no_database_here || database postgres 'SELECT 1'; }; }
# no_database_here: another container has it
no_database_here() { [ -n "${database_in:-}" ] && [ "$database_in" != "$container" ]; }

why_not_booted() {
    tail -5 "$scratch/console.log"
    inside systemctl --no-pager list-units --failed 2>&1
    inside systemctl --no-pager list-jobs 2>&1
    inside journalctl --no-pager -b -p warning -n 20 2>&1
}

# inside COMMAND...: runs it in the container as root
inside() {
    nsenter -t "$init_pid" -a -- env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root \
        LANG=C.UTF-8 "$@"
}
# database NAME STATEMENT: in the container that database_in names, or else in this one
database() {
    local init_pid=${init_pids[${database_in:-$container}]}
    inside runuser -u postgres -- psql -X -q -A -t -v ON_ERROR_STOP=1 -d "$1" -c "$2"
}
get() { nsenter -t "$init_pid" -n curl -fsS -m 10 "$@"; }

# ---- the server in it -----------------------------------------------------------------------------------------------

password="Pa\$s/w@rd#%x"
encoded='Pa$s%2Fw%40rd%23%25x'
address=http://127.0.0.1:8065
installation=/opt/mattermost

"$root/dev/standin-archive" $from "$root/target/archives" ${edition:-team} >"$scratch/archives"
"$root/dev/standin-archive" $to "$root/target/archives" ${edition:-team} >>"$scratch/archives"
old_archive=$(sed -n '/\.tar\.gz$/p' "$scratch/archives" | head -1)
new_archive=$(sed -n '/\.tar\.gz$/p' "$scratch/archives" | tail -1)
classpath=$(test_classpath)
sample() { "$java_home/bin/java" -cp "$classpath" io.github.mmupgrade.it.SampleInstallation "$@"; }

# make_container NAME: not booted yet
make_container() {
    containers+=("$1")
    in_container "$1"
    mkdir "$machine" "$written" "$scratch/$1.work"
    mount -t overlay overlay -o "lowerdir=$tree,upperdir=$written,workdir=$scratch/$1.work" "$machine"
    echo "fsync = off" >"$(echo "$machine"/etc/postgresql/*/main/conf.d)/test.conf"
    say "Booting a container"
}

# make_database: an empty one, in a container that runs
make_database() {
    database postgres "CREATE ROLE mmuser LOGIN CREATEDB PASSWORD '$password'"
    database postgres "CREATE DATABASE mattermost OWNER mmuser TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C.UTF-8' LC_CTYPE 'C.UTF-8'"
}

# install_server ARCHIVE DATABASE_HOST LISTEN [NAME=VALUE...]: a server that starts with the container, with these
# settings; LISTEN is a port of 127.0.0.1, or an address with a port
install_server() {
    local archive=$1 host=$2 listen=$3 i
    shift 3
    inside useradd --system --user-group --no-create-home mattermost
    mkdir "$machine$installation"
    tar -xzf "$archive" -C "$machine$installation" --strip-components=1 -o
    # what counts is in the environment; whoever takes the file's word finds no database
    sample configure "$machine$installation" "postgres://mmuser:of-no-use@$host:5432/elsewhere?sslmode=disable" "$listen" "$@"
    mkdir "$machine$installation/certificates"
    echo mine >"$machine$installation/certificates/site.pem"
    # many renames take long enough to be caught in the middle
    for i in $(seq 400); do
        echo "$i" >"$machine$installation/client/$i.0123456789abcdef.chunk.js"
    done
    inside chown -R mattermost:mattermost $installation
    chmod 600 "$machine$installation/config/config.json"

    install -m 600 /dev/null "$machine/etc/mattermost.env"
    cat >"$machine/etc/mattermost.env" <<END
# the server's own settings
MM_SQLSETTINGS_DATASOURCE="postgres://mmuser:${encoded/\$/\\\$}@$host:5432/mattermost?sslmode=disable&connect_timeout=10"
END
    cat >"$machine/etc/systemd/system/mattermost.service" <<END
[Unit]
Description=Mattermost
After=network.target postgresql.service
Wants=postgresql.service

[Service]
User=mattermost
Group=mattermost
WorkingDirectory=$installation
ExecStart=$installation/bin/mattermost
EnvironmentFile=/etc/mattermost.env
Restart=always
RestartSec=1
LimitNOFILE=4096

[Install]
WantedBy=multi-user.target
END
    mkdir "$machine/etc/systemd/system/mattermost.service.d"
    cat >"$machine/etc/systemd/system/mattermost.service.d/local.conf" <<END
[Unit]
# systemd keeps trying to start the server, so that a server that is able to start by itself does start
StartLimitIntervalSec=0

[Service]
Environment=JAVA_HOME=$server_java
Environment="MM_TEAMSETTINGS_SITENAME=Drop-in & Co"
END
    inside systemctl daemon-reload
    inside systemctl enable -q --now mattermost
    wait_for 120 answers || die "$container does not answer: $(inside journalctl -u mattermost -n 5 --no-pager)"
}

# begin_container: boots it, with a server in it that runs, and remembers what must hold
begin_container() {
    make_container test
    boot
    make_database
    install_server "$old_archive" 127.0.0.1 8065
    nsenter -t "$init_pid" -n "$java_home/bin/java" -cp "$classpath" io.github.mmupgrade.it.SampleInstallation seed "$address"

    cp "$machine$installation/config/config.json" "$scratch/config.json"
    database mattermost "SELECT value FROM systems WHERE name = 'Version'" >"$scratch/schema"
    remember "$scratch/before"
    [ "$(wc -l <"$scratch/before/posts")" -ge 200 ] || die "the sample has no posts"
}
answers() { get -o /dev/null "$address/api/v4/system/ping"; }

# ---- what must hold -------------------------------------------------------------------------------------------------

passed=0
failed=0
broken=0
scenario() { # TEXT: counts the one before, begins another
    if [ -n "${title:-}" ]; then
        if [ $broken -eq 0 ]; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
    fi
    title=$1
    broken=0
    [ -z "$title" ] || say "$title ($SECONDS s)"
}
held() { # TEXT COMMAND...
    local text=$1
    shift
    if "$@" >"$scratch/held.log" 2>&1; then
        say "  held    $text"
    else
        say "  BROKEN  $text"
        sed 's/^/          /' "$scratch/held.log" | tail -5
        broken=$((broken + 1))
    fi
}
not() { ! "$@"; }

# goal_inside NAME ARGUMENT...: runs a goal in the container, by Maven there; its output goes to goal.log
goal_inside() {
    local name=$1 goal_status
    shift
    inside env -C /tmp JAVA_HOME="$server_java" MAVEN_OPTS="-XX:TieredStopAtLevel=1 -XX:+UseSerialGC" \
        "$maven_home/bin/mvn" -B -ntp -o -Dmaven.repo.local=/srv/repository "$plugin:$name" \
        -Dmattermost.installDirectory=$installation -Dmattermost.watch=2 -Dmattermost.acknowledge=all "$@" \
        >"$scratch/goal.log" 2>&1 && goal_status=0 || goal_status=$?
    cat "$scratch/goal.log" >>"$scratch/goals.log"
    return $goal_status
}
# goal_succeeds COMMAND...: a goal; says what it complained of
goal_succeeds() {
    "$@" || {
        { grep ERROR "$scratch/goal.log" || grep WARN "$scratch/goal.log"; } | head -5
        return 1
    }
}
# said TEXT: whether the last goal said it
said() { grep -qF -- "$1" "$scratch/goal.log"; }

answers_as() { get -o /dev/null -D - "$address/" | grep -i '^x-version-id:' | grep -F "$1"; }
property() { inside systemctl show -p "$1" --value mattermost; }
active() { inside systemctl is-active mattermost && property SubState | grep -x running; }
runs_as_mattermost() { [ "$(stat -c %U "/proc/$(pgrep --ns "$init_pid" --nslist pid -o -f "$installation/bin/mattermost")")" != root ]; }
stays_up() { # nothing restarts it behind our back
    local before
    before="$(property MainPID) $(property NRestarts)"
    sleep 3
    [ "$before" = "$(property MainPID) $(property NRestarts)" ] && active
}
owned() { [ "$(inside stat -c '%U:%G %a' $installation/config/config.json)" = "mattermost:mattermost 600" ]; }
owner_of_bin() { [ "$(inside stat -c %U $installation/bin/mattermost)" = mattermost ]; }
mine() { grep -qx mine "$machine$installation/certificates/site.pem"; }
schema_is() { [ "$(database mattermost "SELECT value FROM systems WHERE name = 'Version'")" = "$1" ]; }
remember() { # DIRECTORY: what must hold
    local table
    mkdir -p "$1"
    for table in users teams channels posts fileinfo; do
        database mattermost "SELECT id FROM $table" | LC_ALL=C sort >"$1/$table"
    done
    database mattermost "SELECT id, message FROM posts" | LC_ALL=C sort >"$1/messages"
    (cd "$machine$installation" && find data -type f -exec sha256sum {} +) | LC_ALL=C sort >"$1/files"
}
rows_and_files() {
    local name
    remember "$scratch/now"
    for name in "$scratch/before"/*; do
        LC_ALL=C comm -23 "$name" "$scratch/now/${name##*/}" >"$scratch/lost"
        [ ! -s "$scratch/lost" ] || { echo "$(wc -l <"$scratch/lost") of ${name##*/} are lost"; return 1; }
    done
}
same_config() { cmp "$scratch/config.json" "$machine$installation/config/config.json"; }
no_password() {
    ! grep -rlF -e "$password" -e "$encoded" "$scratch/goals.log" "$machine/var/lib/mattermost-maven-plugin" || return 1
    ! inside journalctl --no-pager -o cat | grep -F -e "$password" -e "$encoded"
}
server_processes() { pgrep --ns "$init_pid" --nslist pid -f -a -- "-jar $installation/bin/mattermost"; }
# half-installed is a program that may be started among entries of which some are of another release
not_half_installed() {
    [ ! -e "$machine$installation/bin" ] && not server_processes
}

old_runs() {
    held "$from answers" wait_for 30 answers_as $from.
    held "the unit is active and stays so" stays_up
    held "the program is not run by root" runs_as_mattermost
    held "the old schema" schema_is "$(cat "$scratch/schema")"
    held "every row, message and file" rows_and_files
    held "config.json to the byte" same_config
    held "the owner and mode of config.json" owned
    held "the own directory" mine
    held "no password in outputs, state, system journal" no_password
}
new_runs() {
    held "$to answers" wait_for 30 answers_as $to.
    held "the unit is active and stays so" stays_up
    held "the program is not run by root" runs_as_mattermost
    held "every row, message and file" rows_and_files
    [ ! -e "$scratch/new-config.json" ] || held "config.json as an undisturbed upgrade leaves it" \
        cmp "$scratch/new-config.json" "$machine$installation/config/config.json"
    held "the owner and mode of config.json" owned
    held "the owner of the program" owner_of_bin
    held "the own directory" mine
    held "no password in outputs, state, system journal" no_password
}

# end_with_counts: the last line, and the status of the whole
end_with_counts() {
    scenario ""
    say "$passed passed, $failed failed"
    [ $failed -eq 0 ]
}
