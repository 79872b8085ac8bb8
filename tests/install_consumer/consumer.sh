#!/usr/bin/env bash
# consumer.sh PREFIX WORK_FOLDER CXX: plugins of somebody else, built, tested and run against the installed package.
source "$(dirname "$0")/common.sh"
prefix=$1 work=$2 cxx=$3
project=$(cd "$(dirname "$0")/project" && pwd)
rm -rf "$work"
mkdir -p "$work"
cd "$work"
flowrun=$prefix/bin/flowrun
plugins=$work/build/lib/flowrun/plugins

(($(wc -l <"$project/clip/clip.cpp") < 60)) || fail "clip.cpp is no plugin in under 60 lines any more"
cmake -S "$project" -B build -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_CXX_COMPILER="$cxx" -DCMAKE_PREFIX_PATH="$prefix" >configure.log
cmake --build build
ctest --test-dir build --output-on-failure

# A plugin of the standard library only includes nothing else: every header is flowrun's, the compiler's or the C library's.
headers=$("$cxx" -std=c++20 -M -I"$prefix/include" "$project/clip/clip.cpp")
must_contain "$headers" "$prefix/include/flowrun/sdk/node.h"
triplet='[a-z0-9_]+-linux-gnu'
allowed="^($prefix/include/flowrun/sdk/|$project/clip/|/usr/include/($triplet/)?(c\\+\\+|bits|gnu|sys|asm|linux|asm-generic)/|/usr/include/[a-z0-9_-]+\\.h$|/usr/lib/gcc/)"
others=$(tr ' ' '\n' <<<"$headers" | grep '^/' | grep -vE "$allowed" || true)
must_be "$others" ""
[[ ! "$headers" =~ (/tbb/|/boost/|/ITK|/torch/|/nlohmann/) ]] || fail "clip.cpp includes ${BASH_REMATCH[0]}"

for name in clip slices; do
  must_be "$(nm -D --defined-only "$plugins/$name.so" | awk '{ print $3 }')" flowrun_plugin
  "$flowrun" check-plugin "$plugins/$name.so" --quiet
done

"$flowrun" run "$project/graphs/areas.json" --plugin-path "$plugins" --out out --quiet
must_be "$(head -1 out/areas.csv)" "z,area_mm2"
must_be "$(wc -l <out/areas.csv)" 33

mkdir app
build/bin/check_graph "$project/graphs/areas.json" "$plugins" app
must_be "$(cat app/host.csv)" "$(cat out/areas.csv)"

# Faults of a graph with their nodes are told as those of flowrun's own: place, node, parameter or port, what was expected, near name.
status=0
errors=$("$flowrun" validate "$project/graphs/wrong.json" --plugin-path "$plugins" 2>&1 >/dev/null) || status=$?
must_be "$status" 2
file=$project/graphs/wrong.json
must_contain "$errors" "$file:5:90: error: node 'limited': clip.limit has no parameter 'hihg'; did you mean 'high'?"
must_contain "$errors" "$file:5:111: error: node 'limited', parameter 'high': expected -1000 to 1000, found 2000"
must_contain "$errors" "$file:6:103: error: node 'areas', parameter 'above': expected a number, found \"much\""
must_contain "$errors" "$file:6:62: error: node 'areas': input 'slices' takes slices.slice/1, but 'limited.volume' gives flowrun.volume/1"
must_contain "$("$flowrun" describe clip.limit --plugin-path "$plugins")" "Greatest value that stays"
