#pragma once

#include <string>

#include "flowrun/sdk/node_type.h"

#include "flowrun/sdk/abi.h"
#include "registry/library_file.h"

namespace flowrun::registry {

/// The plain data of a plugin, as its file has it.
struct PluginAbi {
  std::string name;
  std::string version;
  std::string licence;
  flowrun_plugin_abi raw{};  ///< the function pointer in it means nothing
};

/// Reads the `flowrun_plugin` struct out of the file's bytes and compares its ABI with this program's. Throws Error with one
/// sentence that names the file and both sides: it is not a library, no plugin, damaged, or was built for something else.
PluginAbi read_plugin_abi(const LibraryFile& library);

/// Whether the struct of the loaded library is the one that its file contains.
bool same_plain_data(const flowrun_plugin_abi& a, const flowrun_plugin_abi& b);

/// "ABI 2.0, built with gcc-12 libstdc++-cxx11abi-1": this program's side.
std::string host_abi_text();

}  // namespace flowrun::registry
