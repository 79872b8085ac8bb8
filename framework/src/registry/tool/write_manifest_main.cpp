// Build step: writes the manifest beside each plugin library named on the command line. With --describe, the separate process
// in which a library is loaded to be described.
#include <cstdio>
#include <exception>
#include <string_view>

#include "flowrun/host/registry.h"

int main(int argc, char** argv) {
  try {
    const std::string_view task = argc == 3 ? argv[1] : "";
    if (task == "--describe") flowrun::describe_for_parent(argv[2], flowrun::Confinement::required);
    if (task == "--describe-trusted") flowrun::describe_for_parent(argv[2], flowrun::Confinement::where_possible);
    for (int i = 1; i < argc; ++i) flowrun::write_manifest(argv[i]);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "flowrun_manifest: %s\n", error.what());
    return 1;
  }
}
