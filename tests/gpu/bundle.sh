#!/usr/bin/env bash
# Prepares the folder that tests/gpu/run.sh runs from, on a machine without a GPU:  ./dev gpu-bundle DIR [OPTIONS]
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

usage() {
  cat <<'TEXT'
Usage: ./dev gpu-bundle DIR [--archive] [--patients N] [--with-torch] [--build DIR]

Builds flowrun against the CUDA LibTorch of PyPI's torch package and copies into DIR all that the GPU checks need elsewhere: flowrun, its
plugins, the Debian libraries that they link, graphs, models and, where they are, real images with golden probabilities. On the machine with
the GPU, DIR/run.sh does the rest.

  TORCH_PYTHON=...  a Python with that torch installed [python3]; the machine with the GPU must have the same version, or take --with-torch
  --archive         write DIR.tar.gz too: what is to be carried to that machine
  --patients N      copy so many of the patients with golden probabilities, of 14 MB each [all]; with 0 the golden check fails
  --with-torch      copy LibTorch and NVIDIA's libraries of that Python too: several GB
  --build DIR       build folder [build/cuda]
TEXT
}

fail() { printf 'gpu-bundle: %s\n' "$*" >&2; exit 2; }
say() { printf 'gpu-bundle: %s\n' "$*"; }

bundle='' build=$root/build/cuda with_torch=no archive=no patients=1000
while (($#)); do
  case $1 in
    -h | --help) usage; exit 0 ;;
    --with-torch) with_torch=yes ;;
    --archive) archive=yes ;;
    --patients)
      patients=${2:?--patients takes a number}
      [[ $patients =~ ^[0-9]+$ ]] || fail "--patients takes a number, not '$patients'"
      shift ;;
    --build) build=$(realpath -m "${2:?--build takes a folder}"); shift ;;
    -*) fail "there is no option '$1'; --help lists them" ;;
    *) [[ -z $bundle ]] || fail "one folder is enough"; bundle=$1 ;;
  esac
  shift
done
[[ -n $bundle ]] || { usage >&2; exit 2; }
python=${TORCH_PYTHON:-python3}
prefix=$("$python" -W ignore -c 'import torch; print(torch.utils.cmake_prefix_path)' 2>/dev/null) ||
  fail "'$python' has no torch; install PyPI's torch into a virtual environment and name its python in TORCH_PYTHON"
torch=$(realpath "$prefix/../..")
[[ -e $torch/lib/libtorch_cuda.so ]] || fail "the torch of '$python' has no CUDA (no libtorch_cuda.so in $torch/lib)"

compile() {
  cmake --preset release -S "$root" -B "$build" -DCMAKE_PREFIX_PATH="$prefix" --log-level=WARNING
  local targets=(flowrun gpu_matmul) folder
  for folder in "$root"/plugins/*/CMakeLists.txt; do
    folder=${folder%/CMakeLists.txt}
    targets+=("flowrun_plugin_${folder##*/}")
  done
  cmake --build "$build" -j "${JOBS:-2}" --target "${targets[@]}"
}

# What a program links, but for LibTorch, what belongs to it, and what every Linux has (the C library).
libraries() {
  LD_LIBRARY_PATH=$torch/lib ldd "$@" | awk '$2 == "=>" && $3 ~ /^\// { print $3 }' | sort -u |
    grep -vE '/(libc|libm|libdl|librt|libpthread|libresolv|libutil|libanl)\.so' | grep -v -e "^$torch" -e '/nvidia/' -e '/cuda'
}

copy_programs() {
  mkdir -p "$bundle/bin" "$bundle/lib/flowrun/plugins"
  cp -p "$build"/bin/{flowrun,flowrun_manifest,gpu_matmul} "$bundle/bin/"
  cp -p "$build"/lib/flowrun/plugins/* "$bundle/lib/flowrun/plugins/"
  rm -rf "$bundle"/*.py "$bundle/gpu-results"
  local library
  while read -r library; do cp -pL "$library" "$bundle/lib/"; done < <(libraries "$bundle"/bin/* "$bundle"/lib/flowrun/plugins/*.so)
  sed -n "s/^__version__ = '\([^'+]*\).*/\1/p" "$torch/version.py" > "$bundle/TORCH_VERSION"
}

copy_torch() {
  mkdir -p "$bundle/site/torch/lib"
  cp -pL "$torch"/lib/*.so* "$bundle/site/torch/lib/"
  cp -p "$torch/version.py" "$bundle/site/torch/"
  [[ -d $torch/../nvidia ]] && cp -rp "$torch/../nvidia" "$bundle/site/"
  [[ -d $torch/../cusparselt ]] && cp -rp "$torch/../cusparselt" "$bundle/site/"
  find "$bundle/site" -name '*.py' ! -name version.py -delete
}

# The published weights and real images, where a checkout has them beside it; else the models of the phantoms.
copy_data() {
  local weights=$root/../shared/models/msseg2016 patient file
  rm -rf "$bundle/graphs" "$bundle/data"
  mkdir -p "$bundle/graphs/models" "$bundle/data"
  cp -r "$root"/graphs/*.json "$root/graphs/msseg2016" "$bundle/graphs/"
  cp -r "$root/graphs/models/networks" "$bundle/graphs/models/"
  if [[ -d $weights ]]; then
    FLOWRUN_PLUGIN_PATH='' LD_LIBRARY_PATH=$torch/lib "$bundle/bin/flowrun" run "$root/graphs/msseg2016/import_weights.json" --quiet --device cpu \
      --in initial="$weights/deep-challenge2016.init.model_weights.pkl" --in final="$weights/deep-challenge2016.final.model_weights.pkl" \
      --out "$bundle/graphs/models/msseg2016"
  else
    say "no published weights in $weights: the models of the phantoms take their place, and the golden check will fail"
    cp -r "$root/graphs/models/phantom" "$bundle/graphs/models/"
  fi
  for patient in "$root"/../shared/data/open_ms/*/; do
    [[ -e $patient/golden_candidates.f32 ]] || continue
    ((patients-- > 0)) || break
    mkdir -p "$bundle/data/$(basename "$patient")"
    for file in FLAIR.nii.gz PD_standin.nii.gz T2.nii.gz T1.nii.gz golden_candidates.f32 golden_random.f32; do
      cp -f "$patient/$file" "$bundle/data/$(basename "$patient")/"
    done
  done
}

compile
bundle=$(realpath -m "$bundle")
mkdir -p "$bundle"
copy_programs
[[ $with_torch == no ]] || copy_torch
copy_data
cp -p "$root"/tests/gpu/{run.sh,checks.py,figures.py} "$bundle/"
chmod -R u+w "$bundle"
if [[ $archive == yes ]]; then
  tar -C "$(dirname "$bundle")" -c "$(basename "$bundle")" | gzip -9 > "$bundle.tar.gz"
  say "$bundle.tar.gz ($(du -h "$bundle.tar.gz" | cut -f1)): unpack it there with tar xzf"
fi
say "$bundle ($(du -sh "$bundle" | cut -f1)) is ready for LibTorch $(cat "$bundle/TORCH_VERSION"); on the machine with the GPU: $(basename "$bundle")/run.sh"
