// A file that says it is a plugin's library: ELF tables and the plain data in it. No code of it is run. "@BUILD_TAG@" in it
// stands for this build's own tag.
#include <cstring>

#include "registry/elf_symbol.h"
#include "registry/plugin_abi.h"
#include "support/target.h"

using namespace flowrun::registry;

namespace {

std::string with_tag(std::string bytes) {
  constexpr std::string_view kMark = "@BUILD_TAG@", kTag = FLOWRUN_BUILD_TAG;
  const std::size_t at = bytes.find(kMark);
  if (at != std::string::npos && bytes.size() - at > kTag.size()) bytes.replace(at, kTag.size() + 1, std::string(kTag) + '\0');
  return bytes;
}

}  // namespace

void flowrun::fuzz::look_at(std::string_view bytes) {
  accepts([&] { exported_symbol_offset(bytes, "flowrun_plugin"); });
  accepts([&] {
    LibraryFile library;
    library.path = "plugin.so";
    library.bytes = with_tag(std::string(bytes));
    const PluginAbi abi = read_plugin_abi(library);
    require(!abi.name.empty() && abi.name.size() < sizeof abi.raw.name, "a plugin that is taken has a name");
  });
}
