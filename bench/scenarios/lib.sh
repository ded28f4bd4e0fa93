# Shared by the scenarios: a scratch folder, a vault over six file: archives, and loud checks.
# shellcheck shell=bash disable=SC2119,SC2120
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
kintsugi() { "$root/kintsugi" "$@"; }
letters=(a b c d e f)

# Makes $scratch, removed at the end unless KEEP is set.
scratch() {
  scratch=$(mktemp -d "${TMPDIR:-/tmp}/kintsugi-scenario.XXXXXX")
  trap 'if [ -n "${KEEP:-}" ]; then echo "kept $scratch"; else rm -rf "$scratch"; fi' EXIT
  echo 'correct horse battery staple' >"$scratch/passphrase"
  chmod 600 "$scratch/passphrase"
  export KINTSUGI_VAULT=$scratch/vault
}

# Makes the vault over archives a to f; extra arguments go to init.
new_vault() {
  local args=() l
  for l in "${letters[@]}"; do args+=(--archive "$l=file:$scratch/archives/$l"); done
  mkdir -p "$scratch/archives"
  kintsugi -q init "$scratch/vault" "${args[@]}" "$@" --passphrase-file "$scratch/passphrase"
}

# Runs a verb on the vault.
k() { kintsugi --passphrase-file "$scratch/passphrase" "$@"; }

say() { printf '%s  %s\n' "$(date +%H:%M:%S)" "$*"; }
fail() {
  say "FAILED: $*"
  exit 1
}

# Fails unless two trees are alike in names, kinds, content, modes, times and link targets.
same_tree() {
  diff -r --no-dereference "$1" "$2" || fail "contents of $1 and $2 differ"
  diff <(listing "$1") <(listing "$2") || fail "names, modes or times of $1 and $2 differ"
}
listing() { (cd "$1" && find . -printf '%P\t%y\t%m\t%T@\t%l\n' | LC_ALL=C sort); }

# expect CODE COMMAND...: fails unless the command exits with CODE; its output goes to $scratch/out.
expect() {
  local want=$1 got=0
  shift
  "$@" >"$scratch/out" 2>&1 || got=$?
  [ "$got" = "$want" ] || {
    cat "$scratch/out"
    fail "exit code $got instead of $want: $*"
  }
}

# Every shard file of the archives, sorted.
shards() { find "$scratch"/archives/*/shards -type f | LC_ALL=C sort; }
