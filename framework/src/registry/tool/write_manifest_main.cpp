// Build step: writes the manifest beside each plugin library named on the command line. With --describe, the process apart in which
// a library is loaded to be described.
#include <cstdio>
#include <exception>
#include <string_view>

#include "flowrun/host/registry.h"

int main(int argc, char** argv) {
  try {
    if (argc == 3 && std::string_view(argv[1]) == "--describe") flowrun::describe_for_parent(argv[2]);
    for (int i = 1; i < argc; ++i) flowrun::write_manifest(argv[i]);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "flowrun_manifest: %s\n", error.what());
    return 1;
  }
}
