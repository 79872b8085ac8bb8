#include "terminal/open_registry.h"

#include <utility>

#include "terminal/say.h"

namespace flowrun {

Registry open_registry(const std::vector<std::string>& plugin_paths) {
  FoundPlugins found = find_plugins(plugin_paths);
  static bool warned = false;  // crossval opens a registry for each of its steps
  if (!found.warning.empty() && !std::exchange(warned, true)) say_sentence(Weight::warning, found.warning);
  return std::move(found.registry);
}

}  // namespace flowrun
