#!/usr/bin/env bash
# The checks of run.sh with the CPU in a GPU's place: that the script, its graphs and what it reads out of the runs fit together.
#   script_test.sh BUILD
set -euo pipefail
build=$1 here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

mkdir -p "$folder/graphs/models"
cp -r "$here"/../../graphs/*.json "$here/../../graphs/msseg2016" "$folder/graphs/"
cp -r "$here"/../../graphs/models/{networks,phantom} "$folder/graphs/models/"
cp "$here"/{checks.py,figures.py} "$folder/"
ln -s "$build/bin" "$folder/bin"
echo "of the build" > "$folder/TORCH_VERSION"

parts=()
for part in matmul absent masks overlap memory repeat training speed; do parts+=(--only "$part"); done
/usr/bin/python3 "$folder/checks.py" --device cpu --out "$folder/results" "${parts[@]}"

# Without real images the golden check is a failure, not a row that is left out; and so is what the time did not suffice for.
fails() { ! /usr/bin/python3 "$folder/checks.py" --device cpu --out "$folder/results" "$@" > "$folder/table" 2> /dev/null; }
fails --only golden
grep -q 'no real images or weights.*FAILED' "$folder/table"
fails --only speed --minutes 0.02
grep -q 'the time of --minutes was over.*FAILED' "$folder/table"
fails --device cuda:99
grep -q "device 'cuda:99' was asked for.*FAILED" "$folder/table"
