# Sourced: install_packages LIST… installs what is missing of the lists, as root or with sudo; nothing to do is quick.
# A line of a list is a package, and maybe a command that does as well, wherever it comes from.

list_missing() { # LIST…: one package a line
  local package stand_in
  cat "$@" | while read -r package stand_in; do
    case "$package" in '' | '#'*) continue ;; esac
    [ -n "$stand_in" ] && command -v "$stand_in" >/dev/null && continue
    [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || echo "$package"
  done
}

apt_as_root() {
  local sudo=
  [ "$(id -u)" -eq 0 ] || sudo=sudo
  $sudo env DEBIAN_FRONTEND=noninteractive LC_ALL=C apt-get -o Dpkg::Options::=--force-confold "$@" # nobody is asked: a file that was changed here stays
}

# What apt would do, in a sentence. The time is a guess: 4 MB a second to fetch, four packages a second to unpack.
say_plan() { # PACKAGE…
  local packages
  mapfile -t packages < <(LC_ALL=C apt-get -s install --no-install-recommends "$@" 2>/dev/null | awk '$1 == "Inst" { print $2 }')
  [ ${#packages[@]} -gt 0 ] || return 0
  apt-cache show --no-all-versions "${packages[@]}" 2>/dev/null | awk -v count=${#packages[@]} '
    /^Size:/ { fetch += $2 / 1e6 }
    /^Installed-Size:/ { disk += $2 * 1024 / 1e6 }
    END {
      minutes = (fetch / 4 + count / 4) / 60
      printf "with what they need: %d package%s, %.0f MB to fetch, %.0f MB on disk, about %s\n", count, count == 1 ? "" : "s", fetch + 0.5, disk + 0.5,
        minutes < 1 ? "a minute" : int (minutes + 1) " minutes"
    }'
}

# Lines of APT::Status-Fd (README.progress-reporting of apt) become one line that counts on a terminal, and a line each fifth elsewhere.
show_progress() {
  local kind percent rest is_terminal= has_failed= last= words=()
  [ -t 1 ] && is_terminal=yes
  while IFS=: read -r kind rest; do
    case $kind in dlstatus) kind=fetching ;; pmstatus) kind=unpacking ;; failed) has_failed=yes ;; *) words+=("$kind${rest:+:$rest}"); continue ;; esac
    percent=${rest#*:}
    percent=${percent%%[.:]*}
    case $percent in '' | *[!0-9]*) continue ;; esac
    if [ -n "$is_terminal" ]; then
      printf '\r  %s %s %% ' "$kind" "$percent"
    elif [ "$kind $((percent / 20))" != "$last" ]; then
      last="$kind $((percent / 20))"
      printf '  %s %s %%\n' "$kind" "$percent"
    fi
  done
  [ -z "$is_terminal" ] || printf '\r%40s\r' ''
  [ -z "$has_failed" ] || { printf '%s\n' ${words[@]+"${words[@]}"} | show_words; return 1; }
}

# dpkg's own words: around each error, and the last ones.
show_words() {
  awk '{ line[NR] = $0 } /error|dpkg:/ { for (i = NR - 8; i <= NR; i++) wanted[i] = 1 }
    END { for (i = 1; i <= NR; i++) if (wanted[i] || i > NR - 20) print line[i] }'
}

install_packages() { # LIST…
  local missing
  mapfile -t missing < <(list_missing "$@")
  [ ${#missing[@]} -gt 0 ] || return 0
  if [ "$(id -u)" -ne 0 ] && ! command -v sudo >/dev/null; then
    echo "these packages are missing, and there is no sudo: ${missing[*]}" >&2
    return 1
  fi
  echo "installing: ${missing[*]}"
  apt_as_root -qq update >/dev/null || echo "the package lists could not be renewed; trying with those that are there" >&2
  say_plan "${missing[@]}"
  { apt_as_root -q -o APT::Status-Fd=1 install -y --no-install-recommends "${missing[@]}" || echo failed:; } | show_progress || {
    echo "the packages could not be installed; the lines above say why" >&2
    return 1
  }
}
