#!/usr/bin/env bash
# Kills `put -r` with SIGKILL at 30 random moments; every acknowledged object must be intact, scrub clean or naming
# leftovers only, and the next put must work.
# usage: kill-put.sh [ROUNDS]
# shellcheck source=bench/scenarios/lib.sh disable=SC2119,SC2094
. "$(dirname "$0")/lib.sh"
rounds=${1:-30}
scratch
mkdir "$scratch/tree"
for i in $(seq 1500); do head -c $((RANDOM * 3)) /dev/urandom >"$scratch/tree/$i"; done
for i in 1 2 3; do head -c 40M /dev/urandom >"$scratch/tree/big$i"; done
new_vault
acknowledged=0
for round in $(seq "$rounds"); do
  setsid "$root/kintsugi" --passphrase-file "$scratch/passphrase" --json put -r "$scratch/tree" "/round$round" \
    >"$scratch/acks" 2>"$scratch/err" &
  group=$!
  sleep "$(awk -v r="$RANDOM" 'BEGIN { printf "%.2f", 0.6 + r / 32768 * 6 }')"
  kill -KILL -- "-$group" 2>/dev/null || true
  wait "$group" 2>/dev/null || true
  # Only lines that were printed whole count.
  grep -E '^\{.*\}$' "$scratch/acks" | grep '"event":"stored"' | grep '"kind":"file"' |
    grep -o '"path":"[^"]*"' | cut -d'"' -f4 >"$scratch/paths" || true
  count=$(wc -l <"$scratch/paths")
  acknowledged=$((acknowledged + count))
  expect 0 k --json scrub --repair
  if grep -E '"problem":"(MISSING|DAMAGED|TAMPERED|MISPLACED|UNREADABLE)"' "$scratch/out"; then
    fail "round $round: scrub names more than leftovers"
  fi
  if [ "$count" -gt 0 ]; then
    rm -rf "$scratch/got"
    mkdir "$scratch/got"
    k -q get -r "/round$round" "$scratch/got" || fail "round $round: get exits $?"
    while read -r path; do
      cmp "$scratch/tree/${path##*/}" "$scratch/got/round$round/${path##*/}" || fail "$path is not intact"
    done <"$scratch/paths"
  fi
  echo "round $round" >"$scratch/next"
  k -q put "$scratch/next" "/next$round"
  [ "$(k cat "/next$round")" = "round $round" ] || fail "round $round: the next put did not work"
  say "round $round: $count acknowledged objects intact, $(grep -c '"problem":"ORPHAN"' "$scratch/out" || true) leftovers removed"
done
expect 0 k scrub
say "PASSED: $rounds kills, $acknowledged acknowledged objects intact, the last scrub is clean"
