#!/usr/bin/env bash
# Searches everything the archives hold for names and contents that were stored, and looks at the sizes.
# shellcheck source=bench/scenarios/lib.sh disable=SC2119,SC2094
. "$(dirname "$0")/lib.sh"
scratch
mkdir -p "$scratch/tree/a very telling directory"
for i in $(seq 50); do
  printf 'SECRET-CONTENT-%05d %s\n' "$i" "$(head -c $((RANDOM)) /dev/zero | tr '\0' 'x')" \
    >"$scratch/tree/a very telling directory/telling-name-$i"
done
ln -s telling-target "$scratch/tree/link"
new_vault
k -q put -r "$scratch/tree" /
places=("$scratch/archives" "$scratch/vault")
needles=(SECRET-CONTENT telling xxxxxxxxxxxxxxxx)
for needle in "${needles[@]}"; do
  if LC_ALL=C grep -rlaF "$needle" "${places[@]}"; then fail "'$needle' stands in the files above"; fi
  find "${places[@]}" -name "*$needle*" | grep . && fail "'$needle' is part of a file name"
done
say "no stored name or content is found"
echo 'a telling leak' >"$scratch/archives/a/planted"
LC_ALL=C grep -rlaqF telling "${places[@]}" || fail "the search does not find what is planted"
rm "$scratch/archives/a/planted"
say "the same search finds a planted leak"
find "$scratch"/archives/*/shards -type f -printf '%f %s\n' | LC_ALL=C sort >"$scratch/names"
cut -d' ' -f1 "$scratch/names" | uniq -d | grep . && fail "archives share shard names"
say "sizes of shards: $(cut -d' ' -f2 "$scratch/names" | sort -n | uniq -c | sort -rn | head -5 | awk '{ printf "%s x %s bytes; ", $1, $2 }')"
say PASSED
