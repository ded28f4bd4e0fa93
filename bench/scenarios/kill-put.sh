#!/usr/bin/env bash
# Kills `put -r` with SIGKILL at 30 random moments, half of them after the first acknowledgement; every acknowledged object must be intact, scrub clean or naming
# leftovers only, and the next put must work.
# usage: kill-put.sh [ROUNDS]
# shellcheck source=bench/scenarios/lib.sh disable=SC2119,SC2094
. "$(dirname "$0")/lib.sh"
rounds=${1:-30}
scratch
mkdir "$scratch/tree"
# Enough for three commits: the store acknowledges after 256 MiB, 4,096 items or five seconds.
for i in $(seq 6000); do head -c $((RANDOM / 4)) /dev/urandom >"$scratch/tree/$i"; done
for i in 1 2 3 4 5 6; do head -c 40M /dev/urandom >"$scratch/tree/big$i"; done
(cd "$scratch/tree" && sha256sum -- *) >"$scratch/sums"
new_vault
start=$(date +%s%N)
k -q put -r "$scratch/tree" /whole
whole=$((($(date +%s%N) - start) / 1000000))
say "an undisturbed put takes $whole ms; kills come at a random moment of 1.2 times that, or after the first acknowledgement"
k -q rm -r /whole
acknowledged=0
partly=0
for round in $(seq "$rounds"); do
  setsid "$root/kintsugi" --passphrase-file "$scratch/passphrase" --json put -r "$scratch/tree" "/round$round" \
    >"$scratch/acks" 2>"$scratch/err" &
  group=$!
  longest=$((whole * 12 / 10))
  if [ $((round % 2)) = 0 ]; then
    # Every other kill comes after the first acknowledgement, whatever the machine does meanwhile.
    until grep -q '"event":"stored"' "$scratch/acks" || ! kill -0 "$group" 2>/dev/null; do sleep 0.02; done
    longest=$((whole / 4))
  fi
  sleep "$(awk -v r="$RANDOM" -v t="$longest" 'BEGIN { printf "%.3f", r / 32768 * t / 1000 }')"
  kill -KILL -- "-$group" 2>/dev/null || true
  wait "$group" 2>/dev/null || true
  # Only lines that were printed whole count.
  grep -E '^\{.*\}$' "$scratch/acks" | grep '"event":"stored"' | grep '"kind":"file"' |
    grep -o '"path":"[^"]*"' | cut -d'"' -f4 >"$scratch/paths" || true
  count=$(wc -l <"$scratch/paths")
  acknowledged=$((acknowledged + count))
  if [ "$count" -gt 0 ] && [ "$count" -lt 6006 ]; then partly=$((partly + 1)); fi
  expect 0 k --json scrub --repair
  if grep -E '"problem":"(MISSING|DAMAGED|TAMPERED|MISPLACED|UNREADABLE)"' "$scratch/out"; then
    fail "round $round: scrub names more than leftovers"
  fi
  if [ "$count" -gt 0 ]; then
    rm -rf "$scratch/got"
    mkdir "$scratch/got"
    k -q get -r "/round$round" "$scratch/got" || fail "round $round: get exits $?"
    sed 's|.*/||' "$scratch/paths" | LC_ALL=C sort >"$scratch/names"
    LC_ALL=C sort -k 2 "$scratch/sums" | LC_ALL=C join -1 2 -2 1 -o 1.1,1.2 - "$scratch/names" >"$scratch/expected"
    [ "$(wc -l <"$scratch/expected")" = "$count" ] || fail "round $round: acknowledged what is not in the tree"
    sed 's/ /  /' "$scratch/expected" | (cd "$scratch/got/round$round" && sha256sum --quiet -c -) ||
      fail "round $round: an acknowledged object is not intact"
    k -q rm -r "/round$round"
  fi
  echo "round $round" >"$scratch/next"
  k -q put "$scratch/next" "/next$round"
  [ "$(k cat "/next$round")" = "round $round" ] || fail "round $round: the next put did not work"
  say "round $round: $count acknowledged objects intact, $(grep -c '"problem":"ORPHAN"' "$scratch/out" || true) leftovers removed"
done
expect 0 k scrub
[ "$acknowledged" -gt 0 ] || fail "no kill came after an acknowledgement, so nothing was shown; use more rounds"
say "PASSED: $rounds kills, $partly of them between the first and the last acknowledgement," \
  "$acknowledged acknowledged objects intact, the last scrub is clean"
