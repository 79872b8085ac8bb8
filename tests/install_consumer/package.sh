#!/usr/bin/env bash
# package.sh BUILD_FOLDER PREFIX WORK_FOLDER: the Debian package of what is installed in PREFIX, unpacked into an empty root and run there.
source "$(dirname "$0")/common.sh"
build=$1 prefix=$2 work=$3
project=$(cd "$(dirname "$0")/project" && pwd)
rm -rf "$work"
mkdir -p "$work"
cd "$work"
cpack --config "$build/CPackConfig.cmake" -B "$work" -D CPACK_INSTALL_CMAKE_PROJECTS= -D "CPACK_INSTALLED_DIRECTORIES=$prefix;/usr" >cpack.log
package=$(echo flowrun_*.deb)
depends=$(dpkg-deb -f "$package" Depends)
for library in libc6 libstdc++6 libtbb12; do must_contain "$depends" "$library"; done

dpkg-deb -x "$package" unpacked
before=$(cat unpacked/usr/lib/flowrun/plugins/*.json | cksum)
mkdir cache
export XDG_CACHE_HOME=$work/cache
must_contain "$(unpacked/usr/bin/flowrun plugins)" "$work/unpacked/usr/lib/flowrun/plugins/phantom.so"
must_be "$(cat unpacked/usr/lib/flowrun/plugins/*.json | cksum)" "$before"  # the times in the package fit the manifests
must_be "$(ls -A cache)" ""
unpacked/usr/bin/flowrun run "$project/graphs/head.json" --out out --quiet
[[ -s out/head.png ]] || fail "the graph made no picture"
