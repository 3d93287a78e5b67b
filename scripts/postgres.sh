#!/usr/bin/env bash
# A throw-away PostgreSQL with pgvector on Debian, for tests: no fsync, no password, loopback only.
#
#   scripts/postgres.sh start [folder] [port]   builds what is missing, starts a new empty server, prints its address
#   scripts/postgres.sh stop  [folder]          stops it and deletes its data
#   scripts/postgres.sh build [folder]          only builds
#
# The folder is .retinue/postgres, the port 54329. Where Debian has no pgvector package for the installed PostgreSQL,
# its source package is taken from the next release and built in the folder, into a copy of the server: nothing is
# installed over the system's own files. Then:
#
#   RETINUE_TEST_DATABASE_URL=$(scripts/postgres.sh start) npm test
set -euo pipefail
export LC_ALL=C.UTF-8

say() { echo "postgres.sh: $*" >&2; }
fail() { say "$*"; exit 1; }

command=${1:-}
folder=$(realpath -m "${2:-.retinue/postgres}")
port=${3:-54329}
sources=/etc/apt/sources.list.d/debian.sources

# PostgreSQL refuses to run as root.
as_server() { if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi; }

newest_version() { ls /usr/lib/postgresql 2>/dev/null | sort -n | tail -1; }

install_server() {
  [ -n "$(newest_version)" ] && return
  [ "$(id -u)" = 0 ] || fail "no PostgreSQL is installed; as root: apt-get install postgresql"
  say "installing PostgreSQL"
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql >&2
}

# The machine's own package sources, and source packages of the release after it.
write_sources() {
  [ -e "$sources" ] || fail "$sources is missing: this needs Debian 12 or newer"
  cat "$sources"
  awk -v RS= '/Suites:[^\n]*bookworm( |\n|$)/ {
    sub(/Types:[^\n]*/, "Types: deb-src"); sub(/Suites:[^\n]*/, "Suites: trixie"); print "\n" $0; exit }' "$sources"
}

# apt with lists and archives of its own, so that the system's are left alone.
private_apt() {
  local apt=$folder/apt
  "$@" -oDir::Etc::SourceList="$apt/our.sources" -oDir::Etc::SourceParts=/dev/null -oDir::State::Lists="$apt/lists" \
    -oDir::Cache="$apt/cache" -oAPT::Sandbox::User=root -oAcquire::Retries=3 -qq
}

fetch_sources() {
  local version=$1 installed
  mkdir -p "$folder"/apt/{lists/partial,cache/archives/partial} "$folder"/{source,headers}
  write_sources > "$folder/apt/our.sources"
  private_apt apt-get update
  cd "$folder/source"
  installed=$(dpkg-query -W -f '${Version}' "postgresql-$version")
  private_apt apt-get download "postgresql-server-dev-$version=$installed" ||
    private_apt apt-get download "postgresql-server-dev-$version"
  private_apt apt-get source pgvector > /dev/null
  dpkg-deb -x "postgresql-server-dev-${version}"_*.deb "$folder/headers"
}

# The server finds its extensions from where its program lies, so a copy of both is enough.
copy_server() {
  local version=$1
  mkdir -p "$folder"/server/{lib,share}/postgresql
  cp -a "/usr/lib/postgresql/$version" "$folder/server/lib/postgresql/"
  cp -a "/usr/share/postgresql/$version" "$folder/server/share/postgresql/"
}

compile_vector() {
  local version=$1 source
  source=$(echo "$folder"/source/pgvector-*/)
  local make=(make -s -C "$source" with_llvm=no OPTFLAGS= PG_CONFIG="/usr/lib/postgresql/$version/bin/pg_config"
    includedir_server="$folder/headers/usr/include/postgresql/$version/server")
  "${make[@]}" -j"$(nproc)" >&2
  "${make[@]}" install DESTDIR="$folder/built" >&2
  cp -a "$folder/built/usr/lib/postgresql/." "$folder/server/lib/postgresql/"
  cp -a "$folder/built/usr/share/postgresql/." "$folder/server/share/postgresql/"
}

build() {
  [ -e "$folder/server/version" ] && return
  local version tool
  install_server
  version=$(newest_version)
  rm -rf "$folder"
  mkdir -p "$folder"
  copy_server "$version"
  if [ ! -e "/usr/share/postgresql/$version/extension/vector.control" ]; then
    for tool in make gcc dpkg-source; do
      command -v $tool > /dev/null || fail "$tool is missing; as root: apt-get install build-essential dpkg-dev"
    done
    say "building pgvector for PostgreSQL $version"
    (fetch_sources "$version")
    compile_vector "$version"
  fi
  rm -rf "$folder"/{apt,source,headers,built}
  echo "$version" > "$folder/server/version"
}

start() {
  build
  [ ! -e "$folder/data/postmaster.pid" ] || fail "a server runs in $folder already; stop it first"
  local programs options
  programs=$folder/server/lib/postgresql/$(cat "$folder/server/version")/bin
  rm -rf "$folder/data"
  chmod 755 "$folder"
  if [ "$(id -u)" = 0 ]; then install -d -o postgres -g postgres -m 700 "$folder/data"; else mkdir -m 700 "$folder/data"; fi
  cd /
  as_server test -x "$programs/postgres" || fail "user postgres cannot reach $folder: choose a folder it may enter"
  as_server "$programs/initdb" -D "$folder/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 -N > /dev/null
  # pgvector 0.8.0 has known faults in parallel index builds.
  options="-c listen_addresses=127.0.0.1 -c port=$port -c unix_socket_directories='' -c fsync=off \
    -c synchronous_commit=off -c full_page_writes=off -c max_connections=200 -c max_parallel_maintenance_workers=0"
  as_server "$programs/pg_ctl" -D "$folder/data" -s -w -t 60 -l "$folder/data/log" -o "$options" start >&2 ||
    { tail -5 "$folder/data/log" >&2; fail "the server did not start (is port $port free?)"; }
  echo "postgres://postgres@127.0.0.1:$port/postgres"
}

stop() {
  local programs
  [ -e "$folder/data/postmaster.pid" ] || { say "no server runs in $folder"; return; }
  programs=$folder/server/lib/postgresql/$(cat "$folder/server/version")/bin
  cd /
  as_server "$programs/pg_ctl" -D "$folder/data" -s -m immediate -w stop
  rm -rf "$folder/data"
}

case "$command" in
  build | start | stop) "$command" ;;
  *) sed -n '2,13s/^# \{0,1\}//p' "$0"; exit 64 ;;
esac
