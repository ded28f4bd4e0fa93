#!/usr/bin/env bash
# One archive lies on a small file system that fills up during put: the message names it and says that it is full, the put
# succeeds on the others, nothing acknowledged is lost. Needs root.
# shellcheck source=bench/scenarios/lib.sh disable=SC2119,SC2094
. "$(dirname "$0")/lib.sh"
scratch
[ "$(id -u)" = 0 ] || fail "needs root to mount small file systems"
trap 'umount -l "$scratch/archives/c" 2>/dev/null || true; rm -rf "$scratch"' EXIT
mkdir -p "$scratch/archives/c" "$scratch/tree" "$scratch/got"
mount -t tmpfs -o size=24m none "$scratch/archives/c"
for i in $(seq 20); do head -c 8M /dev/urandom >"$scratch/tree/$i"; done
new_vault
code=0
k --json put -r "$scratch/tree" / >"$scratch/acks" 2>"$scratch/err" || code=$?
say "put with one full archive exits $code and says:"
grep -v '^{' "$scratch/err" | tail -5
grep '"event":"warning"' "$scratch/acks" | head -3 || true
[ "$code" = 0 ] || fail "five of six archives are enough"
grep '"event":"warning"' "$scratch/acks" | grep -q 'archive c: .* is full' || fail "no warning names the full archive"
k -q get -r /tree "$scratch/got"
same_tree "$scratch/tree" "$scratch/got/tree"
k status
say "PASSED: nothing acknowledged is lost"
