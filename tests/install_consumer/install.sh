#!/usr/bin/env bash
# install.sh BUILD_FOLDER PREFIX: installs, moves the prefix to PREFIX, and looks at what lies there.
source "$(dirname "$0")/common.sh"
build=$1 prefix=$2
first=$prefix.first
rm -rf "$prefix" "$first"
cmake --install "$build" --prefix "$first" --strip >"$prefix.log"
mv "$first" "$prefix"

for file in bin/flowrun libexec/flowrun/flowrun_manifest include/flowrun/sdk/node.h include/flowrun/host/runtime.h \
  include/flowrun/testing/node_runner.h lib/flowrun/plugins/segment.so lib/flowrun/plugins/segment.so.json share/flowrun/graphs/demo.json share/flowrun/graphs/graph.schema.json; do
  [[ -f $prefix/$file ]] || fail "$file is not installed"
done

source_folder=$(sed -n 's/^CMAKE_HOME_DIRECTORY:INTERNAL=//p' "$build/CMakeCache.txt")
# Of graphs/ the files of the repository and nothing that people made there: imported weights must not be passed on.
installed=$(cd "$prefix/share/flowrun" && find graphs -type f | LC_ALL=C sort)
if tracked=$(git -C "$source_folder" ls-files graphs 2>/dev/null | LC_ALL=C sort) && [[ -n $tracked ]]; then
  [[ $installed == "$tracked" ]] || fail "framework/cmake/flowrun_graphs.cmake does not name the files of graphs/: $(diff <(echo "$installed") <(echo "$tracked"))"
fi
[[ $installed != *models/msseg2016/* ]] || fail "imported weights are installed"

# Nothing knows where it was built or first installed.
for folder in "$first" "$build" "$source_folder/framework"; do
  found=$(grep -rlF -- "$folder" "$prefix" || true)
  must_be "$found" ""
done
while read -r library; do
  run_path=$(readelf -d "$library" | grep -E 'R(UN)?PATH' || true)
  must_be "$run_path" ""
done < <(find "$prefix" -name '*.so' -o -path '*/bin/flowrun' -o -name flowrun_manifest)

# The manifests fit the stripped and moved libraries: none is made anew, here or in the cache.
before=$(cat "$prefix"/lib/flowrun/plugins/*.json | cksum)
cache=$(mktemp -d)
listed=$(XDG_CACHE_HOME=$cache "$prefix/bin/flowrun" plugins)
must_contain "$listed" "$prefix/lib/flowrun/plugins/segment.so"
must_be "$(cat "$prefix"/lib/flowrun/plugins/*.json | cksum)" "$before"
must_be "$(ls -A "$cache")" ""
rm -r "$cache"

# A node in Python is described by the installed helper, which looks for Python's sources beside itself.
if [[ -f $prefix/lib/flowrun/python/flowrun/worker.py ]] && python3 -c 'import numpy' 2>/dev/null; then
  nodes=$(mktemp -d)
  printf '%s\n' 'from flowrun.plugin import Input, Output, Volume, node' \
    '@node(inputs={"volume": Input(Volume, "Any")}, outputs={"volume": Output(Volume, "The same")})' \
    'def same(volume):' '    """An image as it came"""' '    return volume' >"$nodes/mine.py"
  must_contain "$("$prefix/bin/flowrun" describe mine.same --plugin-path "$nodes")" "An image as it came"
  rm -r "$nodes"
fi

# A copy has other times; its content decides.
cp -r "$prefix" "$first"
XDG_CACHE_HOME=$first "$first/bin/flowrun" describe segment.threshold >/dev/null
rm -r "$first"
