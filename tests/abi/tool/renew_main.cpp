// Writes the description of the plugin ABI anew, when the ABI number allows it.
#include <cstdio>
#include <exception>
#include <fstream>
#include <sstream>

#include "abi/abi_changes.h"

int main(int argc, char** argv) {
  if (argc != 4) return std::fprintf(stderr, "usage: flowrun_renew_abi READELF OBJECT DESCRIPTION\n"), 2;
  using namespace flowrun::testing;
  try {
    const AbiDescription now = described_headers(argv[1], argv[2]);
    std::ostringstream text;
    text << std::ifstream(argv[3]).rdbuf();
    const AbiDescription before = parse_abi(text.str());
    if (!before.types.empty() && !number_is_right(before, now)) {
      std::fprintf(stderr, "%s\n", verdict_on(before, now, "by this command again").c_str());
      return 1;
    }
    std::ofstream(argv[3]) << to_text(now);
    std::printf("%s is of ABI %d.%d now\n", argv[3], now.major, now.minor);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "flowrun_renew_abi: %s\n", error.what());
    return 2;
  }
}
