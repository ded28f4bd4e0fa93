#!/usr/bin/env bash
# Three of six archives gone: exit 4 and a list; nothing changes; everything is readable when one returns.
# shellcheck source=bench/scenarios/lib.sh disable=SC2119,SC2094
. "$(dirname "$0")/lib.sh"
scratch
mkdir "$scratch/tree"
for i in $(seq 20); do head -c $((i * 100000)) /dev/urandom >"$scratch/tree/$i"; done
: >"$scratch/tree/empty"
new_vault
k -q put -r "$scratch/tree" /
k -q kit export "$scratch/kit"
cp -a "$scratch/archives" "$scratch/pristine"
mkdir "$scratch/away" "$scratch/got"
mv "$scratch/archives"/{b,d,e} "$scratch/away"

expect 4 k get -r /tree "$scratch/got"
say "get exits 4 and says:"
head -12 "$scratch/out"
[ -e "$scratch/got/tree/empty" ] || fail "the empty file needs no shard and was not given back"
expect 4 k scrub --repair
expect 4 k repair
args=()
for l in a c f; do args+=(--archive "$l=file:$scratch/archives/$l"); done
expect 4 k recover "$scratch/vault2" --kit "$scratch/kit" "${args[@]}"
say "recover exits 4 and says:"
head -12 "$scratch/out"
# Control records are replaced by every writer, also by one that can store nothing.
for l in a c f; do
  diff -r "$scratch/pristine/$l/shards" "$scratch/archives/$l/shards" || fail "shards of archive $l were changed"
done
say "the shards of the three archives that are left are unchanged"

mv "$scratch/away/d" "$scratch/archives"
rm -rf "$scratch/got"
mkdir "$scratch/got"
k -q get -r /tree "$scratch/got"
same_tree "$scratch/tree" "$scratch/got/tree"
say "PASSED: everything is readable with four"
