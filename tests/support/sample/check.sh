#!/usr/bin/env bash
# What a test program says of test cases that could not run, and its exit status.
#   check.sh needs_sample
set -euo pipefail

# expect STATUS TEXT OPTIONS...
expect() {
  local wanted=$1 text=$2 status=0 output
  shift 2
  output=$("$sample" "$@") || status=$?
  [[ $status == "$wanted" && $output == *"$text"* ]] && return
  printf 'needs_sample %s: status %s with "%s" expected, found %s:\n%s\n' "$*" "$wanted" "$text" "$status" "$output"
  exit 1
}

sample=$1
expect 0 "1 passed" -tc=runs
expect 77 "SKIPPED: 'lacks': there is no moon" "--test-suite=needs a moon"
expect 1 "SKIPPED: 'fails and lacks': there is no sun" "--test-suite=needs a sun"
expect 1 "FAULT: 'hidden' could not run (nobody is to see it) and stands in no suite 'needs ...'" -tc=hidden
expect 0 "1 passed" -tc=runs "--test-suite-exclude=needs *" "--entries=a moon,a sun"
expect 1 "FAULT: the suite 'needs a sun' has no entry in ctest's list; run cmake again" -tc=runs "--test-suite-exclude=needs *" "--entries=a moon"
