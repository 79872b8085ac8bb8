#pragma once

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "flowrun_process.h"

namespace flowrun::testing {

/// A plugin in "plugins", for --plugin-path, whose formula can be changed.
inline void copy_formula_plugin(const TempFolder& folder) {
  std::filesystem::create_directories(folder.path() / "plugins");
  for (const char* name : {"formula.so", "formula.so.json"})
    std::filesystem::copy_file(std::filesystem::path(FLOWRUN_CLI_PLUGINS) / "formula" / name, folder.path() / "plugins" / name);
}

/// One with a library of its own below, which has the factor: linked or linked_too.
inline void copy_linked_plugin(const TempFolder& folder, const std::string& plugin = "linked",
                               const std::string& to = "plugins") {
  std::filesystem::create_directories(folder.path() / to / "lib");
  for (const std::string& name : {plugin + ".so", plugin + ".so.json", std::string("lib/libfactor.so")})
    std::filesystem::copy_file(std::filesystem::path(FLOWRUN_CLI_PLUGINS) / "linked" / name, folder.path() / to / name);
}

/// As if it had been built again with another factor (of one digit): its size, name and version stay.
inline void change_formula(const TempFolder& folder, char factor, const char* library = "plugins/formula.so") {
  const std::filesystem::path file = folder.path() / library;
  std::ifstream stream(file, std::ios::binary);
  std::string bytes((std::istreambuf_iterator<char>(stream)), {});
  const std::size_t at = bytes.find("FACTOR=");
  REQUIRE(at != std::string::npos);
  bytes[at + 7] = factor;
  std::filesystem::remove(file);  // a new file, as a linker makes it
  std::ofstream(file, std::ios::binary) << bytes;
}

}  // namespace flowrun::testing
