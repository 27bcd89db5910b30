#!/bin/bash
# build.sh FOLDER [MESON OPTION…]: makes FOLDER/postrider_VERSION_ARCHITECTURE.deb of this source, with Debian's own tools (dpkg-dev; data/packages/build.list
# to compile). What the command line needs is a dependency; what the window needs on top is recommended: apt brings it along, a server can leave it away.
set -euo pipefail
mkdir -p "${1:?usage: build.sh FOLDER [MESON OPTION…]}"
out=$(realpath "$1")
shift
source=$(realpath "$(dirname "$0")/../..")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
maintainer="${DEBFULLNAME:-The Postrider developers} <${DEBEMAIL:-developers@postrider.org}>"
export LC_ALL=C SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git -C "$source" log -1 --format=%ct 2>/dev/null || date +%s)}

quietly() { # what it said is of interest when it fails
  "$@" >"$work/log" 2>&1 || { tail -30 "$work/log" >&2; exit 1; }
}

# The page that lies there is taken (it needs npm and the network to be made); -Dpage=FOLDER is another.
case " $* " in
  *" -Dpage="*) ;;
  *) [ -f "$source/page/dist/index.html" ] || quietly "$source/page/build.sh" "$source/page/dist" ;;
esac
quietly meson setup "$work/build" "$source" --prefix=/usr --libexecdir=libexec --buildtype=release "$@"
quietly ninja -C "$work/build"
root=$work/root
DESTDIR=$root quietly meson install -C "$work/build" --no-rebuild
version=$(meson introspect --projectinfo "$work/build" | python3 -c 'import json, sys; print(json.load(sys.stdin)["version"])')

find "$root" -type f -print0 | while IFS= read -r -d '' file; do
  if head -c 4 "$file" | grep -q ELF; then strip --strip-unneeded --remove-section=.comment --remove-section=.note "$file"; fi
done
gzip -9n "$root"/usr/share/man/man*/*
documents=$root/usr/share/doc/postrider
install -Dm644 "$source/data/deb/copyright" "$documents/copyright"
printf 'postrider (%s) unstable; urgency=medium\n\n  * What is new stands in CHANGELOG.md of the source.\n\n -- %s  %s\n' \
  "$version" "$maintainer" "$(date -Rud "@$SOURCE_DATE_EPOCH")" | gzip -9n >"$documents/changelog.gz"
chmod 644 "$documents/changelog.gz"

# dpkg-shlibdeps wants to find a source package around it
mkdir "$work/debian"
printf 'Source: postrider\n\nPackage: postrider\nArchitecture: any\n' >"$work/debian/control"
window=() command=()
for program in "$root"/usr/bin/* "$root"/usr/libexec/postrider/* "$root"/usr/libexec/postrider/page/*; do
  [ -f "$program" ] || continue
  case $program in
    */postrider-shell | */postrider-dialog | *.so) window+=("-e$program") ;;
    *) command+=("-e$program") ;;
  esac
done
(cd "$work" && dpkg-shlibdeps --ignore-missing-info -Tsubstvars -dDepends "${command[@]}" -dRecommends ${window[@]+"${window[@]}"})
depends=$(sed -n 's/^shlibs:Depends=//p' "$work/substvars")
recommends=$(sed -n 's/^shlibs:Recommends=//p' "$work/substvars")

mkdir "$root/DEBIAN"
cat >"$root/DEBIAN/control" <<END
Package: postrider
Version: $version
Architecture: $(dpkg --print-architecture)
Maintainer: $maintainer
Installed-Size: $(du -sk --exclude=DEBIAN "$root" | cut -f1)
Depends: $depends, ca-certificates
Recommends: ${recommends:+$recommends, }bubblewrap, xdg-dbus-proxy, at-spi2-core
Suggests: xdg-desktop-portal, bash-completion, jq, hunspell-dictionary
Section: mail
Priority: optional
Description: one personal message to each of many people
 Postrider sends a personal mail to each person of a list who asked for it,
 through your own mail account, and can say afterwards, person by person,
 what the mail server answered. It has a window and a command.
 .
 After a crash nobody is forgotten and nobody gets a second copy. Each part
 that reads foreign data is locked in and has no files and no network.
END
(cd "$root" && find usr -type f -print0 | sort -z | xargs -0 md5sum >DEBIAN/md5sums)
find "$root" -type d -exec chmod 755 {} +
dpkg-deb --root-owner-group --build "$root" "$out/postrider_${version}_$(dpkg --print-architecture).deb" >/dev/null
echo "$out/postrider_${version}_$(dpkg --print-architecture).deb"
