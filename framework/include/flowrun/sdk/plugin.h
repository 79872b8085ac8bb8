// Included by the one source file of a plugin that names its node types.
#pragma once

#include <exception>
#include <vector>

#include "flowrun/sdk/node.h"
#include "flowrun/sdk/abi.h"

/// The one symbol that a plugin exports. `list` is a function `std::vector<flowrun::NodeType> list()`.
///
///   FLOWRUN_PLUGIN("intensity", "1.0.0", "Apache-2.0", node_types)
#define FLOWRUN_PLUGIN(plugin_name, plugin_version, plugin_licence, list)                             \
  static int flowrun_hand_over(void* sink, void (*take)(void*, const void*)) {                        \
    try {                                                                                             \
      for (const flowrun::NodeType& type : list()) take(sink, &type);                                 \
      return 0;                                                                                       \
    } catch (...) {                                                                                   \
      return 1;                                                                                       \
    }                                                                                                 \
  }                                                                                                   \
  extern "C" {                                                                                        \
  extern const flowrun_plugin_abi flowrun_plugin __attribute__((visibility("default")));              \
  __attribute__((used)) const flowrun_plugin_abi flowrun_plugin = {                                   \
      FLOWRUN_ABI_MAGIC, sizeof(flowrun_plugin_abi), FLOWRUN_ABI_MAJOR, FLOWRUN_ABI_MINOR, 0,         \
      FLOWRUN_BUILD_TAG, plugin_name, plugin_version, plugin_licence, flowrun_hand_over};             \
  }                                                                                                   \
  static_assert(true, "takes the semicolon")
