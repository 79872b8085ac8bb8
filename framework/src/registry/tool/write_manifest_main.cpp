// Build step: writes the manifest beside each plugin library named on the command line.
#include <cstdio>
#include <exception>

#include "flowrun/host/registry.h"

int main(int argc, char** argv) {
  try {
    for (int i = 1; i < argc; ++i) flowrun::write_manifest(argv[i]);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "flowrun_manifest: %s\n", error.what());
    return 1;
  }
}
