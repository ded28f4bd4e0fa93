#!/usr/bin/env bash
# Stores and restores 1 GiB of random bytes with Kintsugi (six file: archives, rs:4+2) and with restic, in turn, and
# prints wall times. Needs restic.
# usage: restic.sh [ROUNDS]
# shellcheck source=bench/scenarios/lib.sh disable=SC2119,SC2094
. "$(dirname "$0")/lib.sh"
rounds=${1:-3}
scratch
export RESTIC_PASSWORD_FILE=$scratch/passphrase RESTIC_REPOSITORY=$scratch/restic
export RESTIC_CACHE_DIR=$scratch/cache
head -c 1G /dev/urandom >"$scratch/file"
timed() {
  local name=$1 start end
  shift
  sync
  start=$(date +%s%N)
  "$@" >"$scratch/out" 2>&1 || { cat "$scratch/out"; fail "$*"; }
  sync
  end=$(date +%s%N)
  printf '%-18s %6.2f s\n' "$name" "$(awk -v t=$((end - start)) 'BEGIN { print t / 1e9 }')"
}
kintsugi -q version
for round in $(seq "$rounds"); do
  echo "round $round"
  rm -rf "$scratch"/{vault,archives,restic,cache,got,got2}
  new_vault
  timed 'kintsugi put' k -q put "$scratch/file" /file
  mkdir "$scratch/got"
  timed 'kintsugi get' k -q get /file "$scratch/got"
  cmp "$scratch/file" "$scratch/got/file" || fail "kintsugi gave back other bytes"
  restic -q init >/dev/null
  timed 'restic backup' restic -q backup "$scratch/file"
  timed 'restic restore' restic -q restore latest --target "$scratch/got2"
  cmp "$scratch/file" "$scratch/got2$scratch/file" || fail "restic gave back other bytes"
done
