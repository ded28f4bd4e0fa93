#!/usr/bin/env bash
# Stores files of awkward sizes, then, for every two of the six archives: takes them away together with index and
# vault, recovers from the other four and the recovery kit, and compares every file.
# shellcheck source=bench/scenarios/lib.sh disable=SC2119,SC2094
. "$(dirname "$0")/lib.sh"
scratch
big=${BIG_MIB:-300}

mkdir "$scratch/tree" "$scratch/tree/empty directory"
cd "$scratch/tree"
: >empty
printf x >one
for size in 65535 65536 65537 $((5 * 1048576 + 3)); do head -c "$size" /dev/urandom >"$size"; done
head -c "${big}M" /dev/urandom >big
ln -s one link
chmod 4711 one
touch -d '1969-12-31 23:59:59.123456789 UTC' empty
cd "$scratch"

new_vault
k -q put -r "$scratch/tree" /
k -q kit export "$scratch/kit"
rm -rf "$scratch/vault"

for i in 0 1 2 3 4; do
  for j in $(seq $((i + 1)) 5); do
    mkdir "$scratch/away"
    mv "$scratch/archives/${letters[i]}" "$scratch/archives/${letters[j]}" "$scratch/away"
    args=()
    for l in "${letters[@]}"; do
      if [ -d "$scratch/archives/$l" ]; then args=(--archive "$l=file:$scratch/archives/$l" "${args[@]}"); fi
    done
    k -q recover "$scratch/vault" --kit "$scratch/kit" "${args[@]}"
    mkdir "$scratch/got"
    k -q get -r /tree "$scratch/got"
    same_tree "$scratch/tree" "$scratch/got/tree"
    say "without ${letters[i]} and ${letters[j]}: identical"
    rm -rf "$scratch/got" "$scratch/vault"
    mv "$scratch/away"/* "$scratch/archives"
    rmdir "$scratch/away"
  done
done
say "PASSED: all 15 pairs"
