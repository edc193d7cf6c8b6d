#!/bin/sh
# Runs the README's commands as a newcomer does: HEAD in an empty folder, the machine's own Node and npm, and
# nothing of this checkout on the PATH.
#
#     test/clean-clone.sh                 npm test, then npm run demo
#     test/clean-clone.sh 'npm run check' these commands instead
set -eu

checkout=$(cd "$(dirname "$0")/.." && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

git clone --quiet --no-hardlinks "$checkout" "$folder/numagate"
cd "$folder/numagate"

PATH=$(printf '%s' "$PATH" | tr ':' '\n' | grep -v '/node_modules/' | paste -sd: -)
for name in $(env | sed -n 's/^\(npm_[A-Za-z_]*\)=.*/\1/p'); do unset "$name"; done
echo "Node $(node --version), npm $(npm --version 2>/dev/null), commit $(git rev-parse --short HEAD)"

[ $# -gt 0 ] || set -- 'npm test' 'npm run demo'
for command in "$@"; do
  echo "\$ $command"
  started=$(date +%s)
  sh -c "$command"
  echo "$command: passed in $(($(date +%s) - started)) s"
  [ "$command" != 'npm run demo' ] || ls -l out/replay.jsonl out/replay.html
done

# What a run leaves behind must be what .gitignore knows.
git status --porcelain | { ! grep . ; }
