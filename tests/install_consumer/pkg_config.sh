#!/usr/bin/env bash
# pkg_config.sh PREFIX WORK_FOLDER CXX: a plugin and a test of it without CMake.
source "$(dirname "$0")/common.sh"
prefix=$1 work=$2 cxx=$3
project=$(cd "$(dirname "$0")/project" && pwd)
rm -rf "$work"
mkdir -p "$work/plugins"
cd "$work"
export PKG_CONFIG_PATH=$prefix/lib/pkgconfig
read -ra flags < <(pkg-config --cflags flowrun)
read -ra libraries < <(pkg-config --libs flowrun)
"$cxx" "${flags[@]}" -shared -Wl,--version-script="$(pkg-config --variable=exports flowrun)" "$project/clip/clip.cpp" -o plugins/clip.so "${libraries[@]}"
"$(pkg-config --variable=manifest flowrun)" plugins/clip.so
must_be "$(nm -D --defined-only plugins/clip.so | awk '{ print $3 }')" flowrun_plugin
must_contain "$("$prefix/bin/flowrun" nodes clip --plugin-path plugins)" "clip.limit"

read -ra libraries < <(pkg-config --libs flowrun-testing)
"$cxx" "${flags[@]}" "$project/test_main.cpp" "$project/clip/clip_test.cpp" -o clip_tests "${libraries[@]}"
FLOWRUN_PLUGIN_PATH=$work/plugins ./clip_tests
