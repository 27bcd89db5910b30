#!/bin/sh
# shared-includes.sh [SOURCE_ROOT]: fails when a file of src/shared includes a header that is neither there nor the contract's. What several programs link
# knows none of them: no confined program, no channel, no core.
set -eu
cd "${1:-$(dirname "$0")/..}"
headers=$(find src/shared contract -name '*.h' -printf '%f\n')
[ -n "$headers" ]
status=0
for use in $(grep -rn --include='*.[ch]' '^#include "' src/shared | sed 's/^\([^:]*\):\([^:]*\):#include "\(.*\)".*/\1:\2=\3/'); do
  header=${use#*=}
  case $header in
    contract-*.h) ;; # made by the build, from contract/*.xml
    *) echo "$headers" | grep -qxF "$header" || { echo "${use%%=*} includes $header, which is not in src/shared" >&2; status=1; } ;;
  esac
done
exit $status
