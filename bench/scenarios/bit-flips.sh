#!/usr/bin/env bash
# Flips one random bit in each of 200 random shards; reads must stay correct, scrub must name exactly those shards,
# scrub --repair must restore them byte for byte, and a second scrub must be clean.
# usage: bit-flips.sh [TREE]
# shellcheck source=bench/scenarios/lib.sh disable=SC2119,SC2094
. "$(dirname "$0")/lib.sh"
flips=${FLIPS:-200}
tree=${1:-}
scratch
if [ -z "$tree" ]; then
  tree=$scratch/tree
  mkdir "$tree"
  for i in $(seq 400); do head -c $((RANDOM * 24)) /dev/urandom >"$tree/$i"; done
fi

new_vault
k -q put -r "$tree" /
expect 0 k scrub
cp -a "$scratch/archives" "$scratch/pristine"

shards >"$scratch/all"
# Bits flipped in the headers of three shards of a stripe leave too few that can be authenticated, so few of the shards are hit.
most=$(($(wc -l <"$scratch/all") / 5))
if [ "$most" -lt "$flips" ]; then
  flips=$most
  say "the tree is too small for more than $flips flips; give one of 1.5 GiB or more for 200"
fi
shuf -n "$flips" "$scratch/all" | LC_ALL=C sort >"$scratch/flipped"
while read -r file; do
  offset=$(shuf -n 1 -i 0-$(($(stat -c %s "$file") - 1)))
  byte=$(od -An -tu1 -j "$offset" -N 1 "$file")
  # shellcheck disable=SC2059 # the format is the byte
  printf "\\x$(printf %02x $((byte ^ (1 << (RANDOM % 8)))))" |
    dd of="$file" bs=1 seek="$offset" conv=notrunc status=none
done <"$scratch/flipped"
say "flipped a bit in each of $flips of $(wc -l <"$scratch/all") shards"

mkdir "$scratch/got"
k -q get -r "/$(basename "$tree")" "$scratch/got"
same_tree "$tree" "$scratch/got/$(basename "$tree")"
say "reads are correct"

code=0
k --json scrub >"$scratch/scrub.json" || code=$?
say "scrub exits $code"
grep -o '"shard":"[0-9a-f]*"' "$scratch/scrub.json" | cut -d'"' -f4 | LC_ALL=C sort -u >"$scratch/named"
xargs -n 1 basename <"$scratch/flipped" | LC_ALL=C sort -u >"$scratch/expected"
diff "$scratch/expected" "$scratch/named" || fail "scrub did not name exactly the flipped shards"
say "scrub names exactly the $flips flipped shards"

k -q scrub --repair || fail "scrub --repair exits $?"
# Control records change with every writer; shards must not.
for l in "${letters[@]}"; do
  diff -r "$scratch/pristine/$l/shards" "$scratch/archives/$l/shards" || fail "repair did not restore archive $l byte for byte"
done
say "repair restored every shard byte for byte"
expect 0 k scrub
say "PASSED: the second scrub is clean"
