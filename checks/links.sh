#!/bin/sh
# links.sh PROGRAM LINKS.TXT [STAMP [draws | engine | http | keyring]]: fails when PROGRAM links a library that the list beside its charter does not name, or when
# something with power over the desktop, the store or the network comes in by any detour. draws: GTK may, with what it brings; engine: WebKit too. http: libcurl may. keyring: libsecret may.
set -eu
program=$1 list=$2 stamp=${3:-} kind=${4:-}
# Never in a confined program, not even through another library. GTK brings X11 and Wayland along, WebKit brings SQLite, libsecret and soup.
case $kind in
  draws) forbidden='libwebkit|libsecret|libjavascriptcore|libphonenumber|libgsasl|libgmime' ;;
  engine) forbidden='libphonenumber|libgsasl|libgmime|libcurl' ;;
  http) forbidden='libsqlite3|libsecret|libgtk|libwebkit|libsoup|libX11|libwayland-client|libdbus-1' ;;
  keyring) forbidden='libsqlite3|libcurl|libgtk|libwebkit|libsoup|libX11|libwayland-client|libdbus-1' ;;
  *) forbidden='libsqlite3|libsecret|libgtk|libwebkit|libsoup|libcurl|libX11|libwayland-client|libdbus-1' ;;
esac

export LC_ALL=C
runtime='asan|tsan|ubsan|clang_rt\..*|c|gcc_s|m|stdc\+\+|pthread|rt|dl'
# clang links its sanitizers into the program, and with them what they need (compiler-rt's resolv since 17)
! readelf --dyn-syms --wide "$program" | grep -qE ' __(asan|tsan|ubsan)_[a-z_]*$' || runtime="$runtime|resolv"
linked=$(readelf -d "$program" | sed -n 's/.*(NEEDED).*\[lib\(.*\)\.so.*\]/\1/p' | grep -vE "^($runtime)\$" || true)
named=$(sed 's/[[:space:]]*#.*//' "$list" | grep . || true)
status=0
for library in $linked; do
  echo "$named" | grep -qxF "$library" || { echo "$program links $library, which $list does not name" >&2; status=1; }
done
if ldd "$program" | grep -E "$forbidden"; then
  echo "$program gets the above by a detour" >&2
  status=1
fi
[ "$status" != 0 ] || [ -z "$stamp" ] || echo "$linked" >"$stamp"
exit $status
