# Shared by the scripts beside it: they stop at the first command that fails, and say which check did not hold.
set -euo pipefail
unset FLOWRUN_PLUGIN_PATH

fail() {
  printf 'FAILED: %s\n' "$*" >&2
  exit 1
}
must_contain() { [[ "$1" == *"$2"* ]] || fail "expected '$2' in: $1"; }
must_be() { [[ "$1" == "$2" ]] || fail "expected '$2', found '$1'"; }
