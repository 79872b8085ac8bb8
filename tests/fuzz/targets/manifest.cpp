// The manifest beside a plugin's library. "@HOST@" in it stands for this build's own ABI, without which none is taken.
#include "registry/manifest.h"
#include "registry/plugin_abi.h"
#include "support/target.h"

using namespace flowrun::registry;

namespace {

std::string with_host(std::string text) {
  constexpr std::string_view kMark = "@HOST@";
  if (const std::size_t at = text.find(kMark); at != std::string::npos) text.replace(at, kMark.size(), host_abi_text());
  return text;
}

}  // namespace

void flowrun::fuzz::look_at(std::string_view bytes) {
  const std::string text = with_host(std::string(bytes));
  accepts([&] {
    const auto manifest = parse_manifest(text);
    if (!manifest) return;
    const std::string written = manifest_text(*manifest);
    const auto again = parse_manifest(written);
    require(again && manifest_text(*again) == written, "a manifest that was taken can be written and read");
    require(same_description(manifest->description, again->description), "a manifest keeps its description");
  });
}
