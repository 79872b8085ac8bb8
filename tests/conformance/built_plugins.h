// The plugins of this build, scanned before any test loads one.
#pragma once

#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

#include "flowrun/host/registry.h"

namespace flowrun::testing {

struct ScannedPlugins {
  Registry registry;
  std::vector<PluginInfo> after_scan;  ///< as they were then: `loaded` tells whether a manifest was missing or stale
};

inline ScannedPlugins& scanned_plugins() {
  static ScannedPlugins scanned = [] {
    ScannedPlugins made;
    made.registry.scan(FLOWRUN_TEST_PLUGINS);
    made.after_scan = made.registry.plugins();
    return made;
  }();
  return scanned;
}

/// The names that the build made, apart from what lies in the folder.
inline std::vector<std::string> names_built() {
  std::istringstream words(FLOWRUN_BUILT_PLUGINS);
  std::vector<std::string> names;
  for (std::string name; words >> name;) names.push_back(name);
  return names;
}

}  // namespace flowrun::testing
