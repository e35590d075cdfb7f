# Sourced by run, test and bench: brings what the project needs from the system, as root or not, and says what it does.
# Debian packages are installed with apt when root, else unpacked into data/tools, where nothing outside the project changes.

repo=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
tools="$repo/data/tools"

say() { printf '%s\n' "==> $*" >&2; }
die() { printf '%s\n' "error: $*" >&2; exit 1; }

is_debian() { command -v apt-get >/dev/null 2>&1; }

# apt_get PACKAGE...: installs, or unpacks where we may not install.
apt_get() {
  if [ "$(id -u)" = 0 ]; then
    say "installing $* with apt-get"
    # shellcheck disable=SC2024
    { apt-get install -y --no-install-recommends "$@" || { apt-get update && apt-get install -y --no-install-recommends "$@"; }; } \
      >"$tools/apt.log" 2>&1 </dev/null || { tail -5 "$tools/apt.log" >&2; return 1; }
  else
    say "unpacking $* into data/tools (not root, so nothing is installed)"
    local apt=(-o "Dir::State=$tools/apt/state" -o "Dir::Cache=$tools/apt/cache" -o Dir::State::status=/var/lib/dpkg/status -o Debug::NoLocking=1 -o APT::Sandbox::User=)
    mkdir -p "$tools/apt/state/lists/partial" "$tools/apt/cache/archives/partial"
    {
      [ -n "$(find "$tools/apt/state/lists" -maxdepth 1 -name '*Packages*' -print -quit)" ] || apt-get "${apt[@]}" update
      apt-get "${apt[@]}" install -y --no-install-recommends --download-only "$@"
    } >"$tools/apt.log" 2>&1 </dev/null || { tail -5 "$tools/apt.log" >&2; return 1; }
    local deb
    for deb in "$tools"/apt/cache/archives/*.deb; do dpkg-deb -x "$deb" "$tools/root" || return 1; done
    rm -f "$tools"/apt/cache/archives/*.deb
  fi
}

# What was unpacked earlier is found before asking apt again.
use_unpacked() {
  local lib="$tools/root/usr/lib/$(uname -m)-linux-gnu"
  if [ -d "$lib" ]; then export LD_LIBRARY_PATH="$lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"; fi
  if [ -d "$tools/root/usr/bin" ]; then export PATH="$PATH:$tools/root/usr/bin"; fi
  if [ -d "$tools/root/usr/lib/python3/dist-packages" ]; then export PYTHONPATH="$tools/root/usr/lib/python3/dist-packages${PYTHONPATH:+:$PYTHONPATH}"; fi
}

need_dotnet() {
  command -v dotnet >/dev/null 2>&1 || die "the .NET 10 SDK is missing: install it (on Debian: the package dotnet-sdk-10.0 of Microsoft's feed) and run this again"
  case "$(dotnet --version 2>/dev/null)" in
    10.*) ;;
    *) die "the .NET SDK here is '$(dotnet --version 2>/dev/null)'; version 10 is needed" ;;
  esac
}

has_libzmq() {
  local dir
  # Read to the end: with grep -q ldconfig may find nobody listening, and the pipe counts as failed though the library is there.
  PATH=$PATH:/sbin ldconfig -p 2>/dev/null | grep 'libzmq\.so\.5' >/dev/null && return 0
  for dir in "$tools/root/usr/lib/$(uname -m)-linux-gnu" /opt/homebrew/lib /usr/local/lib; do
    compgen -G "$dir/libzmq*" >/dev/null && return 0
  done
  return 1
}

need_libzmq() {
  has_libzmq && return 0
  is_debian || die "libzmq 4.3 is missing: install it with your package manager (brew install zeromq, dnf install zeromq, apk add zeromq) and run this again"
  apt_get libzmq5 || die "libzmq5 could not be installed: run 'apt-get install libzmq5' as root and try again"
  use_unpacked
}

# Sets PG_BIN to a folder that holds initdb and postgres.
need_postgres() {
  local dir
  if [ -n "${ConnectionStrings__Postgres:-}" ]; then return 0; fi
  if [ -n "${PG_BIN:-}" ] && [ -x "$PG_BIN/initdb" ]; then return 0; fi
  find_postgres() {
    for dir in $(compgen -G '/usr/lib/postgresql/*/bin' | sort -rV) $(compgen -G "$tools/root/usr/lib/postgresql/*/bin") \
      /usr/pgsql-*/bin /opt/homebrew/opt/postgresql*/bin "$(dirname "$(command -v initdb 2>/dev/null || echo /none/none)")"; do
      [ -x "$dir/initdb" ] && [ -x "$dir/postgres" ] && { PG_BIN=$dir; export PG_BIN; return 0; }
    done
    return 1
  }
  find_postgres && return 0
  is_debian || die "PostgreSQL is missing: install it (brew install postgresql, dnf install postgresql-server, apk add postgresql) or set ConnectionStrings__Postgres, and run this again"
  # The package's own cluster is not wanted: ours lives under data/.
  if [ "$(id -u)" = 0 ]; then mkdir -p /etc/postgresql-common/createcluster.d && echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.d/no-main.conf; fi
  apt_get postgresql-15 || die "PostgreSQL could not be installed: run 'apt-get install postgresql' as root, or set ConnectionStrings__Postgres"
  use_unpacked
  find_postgres || die "PostgreSQL was installed but initdb was not found under /usr/lib/postgresql"
}

# The build fetches the web page's SignalR client with npm, once; the page works without network afterwards.
need_npm() {
  command -v npm >/dev/null 2>&1 || say "npm (Node 20) is missing: the live screen will lack its SignalR client; everything else works"
}

# No build process outlives the command that needed it.
export MSBUILDDISABLENODEREUSE=1

mkdir -p "$tools"
use_unpacked
