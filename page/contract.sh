#!/bin/sh
# contract.sh [FILE]: puts the page's types into src/contract.ts: FILE (made by the build), else made here from contract/*.xml.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
if [ $# -gt 0 ]; then
  cp "$1" "$here/src/contract.ts"
  exit 0
fi
made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT
python3 "$here/../contract/checks.py" "$made/contract.c" "$made/contract.md" "$made/contract.ts" "$here"/../contract/*.xml
cp "$made/contract.ts" "$here/src/contract.ts"
