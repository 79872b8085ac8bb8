#!/usr/bin/env bash
# All checks and measurements of the networks on a GPU, in one call; prints one table. Lies in the folder that './dev gpu-bundle' makes and
# needs, beside that folder, a CUDA driver, python3, a C library as new as Debian 12's (glibc 2.36), and a CUDA LibTorch of the version in
# TORCH_VERSION: in the folder, in TORCH_LIB, or python3's torch. No network, nothing is installed.
#
#   ./run.sh [--device cuda] [--quick] [--minutes N] [--out DIR] [--only NAME]...      ./run.sh --help says more
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

fail() { printf 'run.sh: %s\n' "$*" >&2; exit 2; }

torch_lib() {
  if [[ -n ${TORCH_LIB:-} ]]; then echo "$TORCH_LIB"
  elif [[ -d $here/site/torch/lib ]]; then echo "$here/site/torch/lib"
  else python3 -c 'import importlib.util, pathlib; print(pathlib.Path(importlib.util.find_spec("torch").origin).parent / "lib")' 2>/dev/null
  fi
}

command -v python3 >/dev/null || fail "python3 is not here (its standard library is all that is needed of it)"
lib=$(torch_lib) || fail "no LibTorch is here: set TORCH_LIB to the folder with libtorch.so (torch/lib of an installed torch)"
[[ -e $lib/libtorch.so ]] || fail "there is no libtorch.so in '$lib'; set TORCH_LIB to the folder that has it"
built=$(cat "$here/TORCH_VERSION")
found=$(sed -n "s/^__version__ = '\([^'+]*\).*/\1/p" "$lib/../version.py" 2>/dev/null || true)
if [[ -n $found && $found != "$built" ]]; then
  fail "this folder was built for LibTorch $built, but '$lib' has $found; LibTorch's C++ interface changes from version to version"
fi

# For flowrun alone: this machine's python3 keeps its own libraries.
export FLOWRUN_LIBRARIES=$here/lib:$lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
starts() { LD_LIBRARY_PATH=$FLOWRUN_LIBRARIES "$here/bin/gpu_matmul" --version; }
said=$(starts 2>&1) || fail "the programs of this folder do not start here: $said"
unset FLOWRUN_PLUGIN_PATH
exec python3 "$here/checks.py" "$@"
