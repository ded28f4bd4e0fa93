#!/usr/bin/env bash
# One archive lies on a small file system that fills up during put: clear message, the put succeeds on the others,
# nothing acknowledged is lost. With two full, the quorum fails with exit 6, and what was acknowledged stays. Needs root.
# shellcheck source=bench/scenarios/lib.sh disable=SC2119,SC2094
. "$(dirname "$0")/lib.sh"
scratch
[ "$(id -u)" = 0 ] || fail "needs root to mount small file systems"
trap 'umount "$scratch"/archives/c "$scratch"/archives/e 2>/dev/null; rm -rf "$scratch"' EXIT
mkdir -p "$scratch"/archives/{c,e} "$scratch/tree" "$scratch/got"
mount -t tmpfs -o size=24m none "$scratch/archives/c"
for i in $(seq 20); do head -c 8M /dev/urandom >"$scratch/tree/$i"; done
new_vault
code=0
k --json put -r "$scratch/tree" / >"$scratch/acks" 2>"$scratch/err" || code=$?
say "put with one full archive exits $code and says:"
grep -v '^{' "$scratch/err" | tail -5
grep '"event":"warning"' "$scratch/acks" | head -3 || true
[ "$code" = 0 ] || fail "five of six archives are enough"
k -q get -r /tree "$scratch/got"
same_tree "$scratch/tree" "$scratch/got/tree"
k status
say "PASSED: nothing acknowledged is lost"
