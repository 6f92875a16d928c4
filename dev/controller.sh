# What the scripts share that carry goals out on other machines: a controller, which is a process on this one in the
# network $here_net, with a home, a build and settings of its own. Read it with "." behind container.sh.

home=$scratch/home
build=$scratch/build
settings=$scratch/settings.xml
variables=$scratch/variables
mkdir -p "$home/.ssh" "$build" "$scratch/tmp"
chmod 700 "$home/.ssh"
# ssh looks for a home in the list of users, and nowhere else
sed "s|^root:\(.*\):[^:]*:\([^:]*\)$|root:\1:$home:\2|" /etc/passwd >"$scratch/passwd"
install -m 600 /dev/null "$variables"
agent_socket=
agent_pid=
# files that it sees in the place of this machine's, "FILE:PLACE"
controller_files=("$scratch/passwd:/etc/passwd")

# as_controller COMMAND...: as root of a machine of its own, with the variables in the file; its process is the one in
# controller.pid
as_controller() {
    nsenter --net=/run/netns/$here_net -- unshare --mount -- env -i --default-signal=INT,HUP \
        PATH="$PATH" HOME="$home" LANG=C.UTF-8 TMPDIR="$scratch" JAVA_HOME="$java_home" \
        MAVEN_OPTS="-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Djava.io.tmpdir=$scratch/tmp" \
        ${agent_socket:+SSH_AUTH_SOCK="$agent_socket"} \
        sh -c 'for each in $1; do mount --bind "${each%:*}" "${each#*:}" || exit; done
            cd "$2" && echo $$ >"$3" && . "$4" && shift 4 && exec "$@"' \
        sh "${controller_files[*]}" "$build" "$scratch/controller.pid" "$variables" "$@"
}
controller() { cat "$scratch/controller.pid"; }

# escaped TEXT: for XML
escaped() { sed 's/&/\&amp;/g; s/</\&lt;/g' <<<"$1"; }
# server ID KEY VALUE...: one for settings.xml
server() {
    printf '<server><id>%s</id>' "$1"
    shift
    while [ $# -gt 0 ]; do
        printf '<%s>%s</%s>' "$1" "$(escaped "$2")" "$1"
        shift 2
    done
    printf '</server>\n'
}
# settings [SERVER...]: what settings.xml says
settings() {
    install -m 600 /dev/null "$settings"
    printf '<settings><servers>%s</servers></settings>\n' "$*" >"$settings"
}

# refused TEXT COMMAND...: whether a goal is refused with these words
refused() {
    local text=$1
    shift
    ! "$@" || { echo "it was not refused"; return 1; }
    said "$text" || { grep ERROR "$scratch/goal.log" | head -5; return 1; }
}

now() { printf '%s' $((${EPOCHREALTIME//[.,]/} / 1000)); }
seconds() { awk -v ms="$1" 'BEGIN { printf "%.1f", ms / 1000 }'; }
sleep_ms() { sleep "$(awk -v ms="$1" 'BEGIN { printf "%.3f", ms / 1000 }')"; }
random() { printf '%s' $(((RANDOM * 32768 + RANDOM) % $1)); }

# ---- the logins -----------------------------------------------------------------------------------------------------

key() { ssh-keygen -q -t ed25519 -N "${2:-}" -C "$1" -f "$home/.ssh/$1"; }
# authorize USER KEY
authorize() {
    local place
    place=$machine$(inside getent passwd "$1" | cut -d: -f6)/.ssh
    inside install -d -m 700 -o "$1" -g "$(inside id -gn "$1")" "${place#"$machine"}"
    cat "$home/.ssh/$2.pub" >>"$place/authorized_keys"
    inside chown "$1:" "${place#"$machine"}/authorized_keys"
    chmod 600 "$place/authorized_keys"
}
# known ADDRESS [KEY]: what the controller knows
known() { printf '%s %s\n' "$1" "$(cut -d' ' -f1,2 "${2:-$machine/etc/ssh/ssh_host_ed25519_key.pub}")"; }
