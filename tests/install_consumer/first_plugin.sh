#!/usr/bin/env bash
# first_plugin.sh PREFIX WORK_FOLDER DOCUMENT: runs the commands of docs/first-plugin.md, those in blocks of the language sh, as they stand.
source "$(dirname "$0")/common.sh"
prefix=$1 work=$2 document=$3
rm -rf "$work"
mkdir -p "$work"
cd "$work"
export PATH=$prefix/bin:$PATH
{
  echo 'set -euo pipefail'
  awk '/^```sh$/ { inside = 1; next } /^```$/ { inside = 0 } inside' "$document"
} >commands.sh
(($(wc -l <commands.sh) >= 7)) || fail "$document shows fewer commands than it did"
# shellcheck source=/dev/null
source ./commands.sh
[[ -s $work/bright/out/scale.png ]] || fail "the graph made no picture"
(($(wc -l <"$work/bright/src/scale.cpp") < 40)) || fail "the node's code is no longer under 40 lines"
