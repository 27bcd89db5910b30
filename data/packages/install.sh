# Sourced: install_packages LIST installs what is missing of a list, as root or with sudo; nothing to do is quick.
# A line is a package, and maybe a command that does as well, wherever it comes from.
install_packages() {
  local missing=() package stand_in sudo=
  while read -r package stand_in; do
    case "$package" in '' | '#'*) continue ;; esac
    [ -n "$stand_in" ] && command -v "$stand_in" >/dev/null && continue
    [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
  done <"$1"
  [ ${#missing[@]} -gt 0 ] || return 0
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || { echo "these packages are missing, and there is no sudo: ${missing[*]}" >&2; return 1; }
    sudo=sudo
  fi
  echo "installing: ${missing[*]}"
  $sudo env DEBIAN_FRONTEND=noninteractive apt-get -qq update >/dev/null
  $sudo env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends "${missing[@]}" >/dev/null
}
