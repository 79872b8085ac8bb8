// The verb check-plugin, and the process apart that it starts for each node type.
#pragma once

#include <string>

#include "commands.h"

namespace flowrun {

struct CheckPluginCommand {
  std::string library;
  std::string node;  ///< empty: every node type
  Words settings;    ///< param=value, node.param=value
  int seconds = 60;  ///< for each check
  bool quiet = false;
};

/// The process apart in which check-plugin fires a node.
struct CheckNodeCommand {
  Words words;  ///< library, type, first check, scratch folder
  CheckPluginCommand shared;
};

/// 0: no check failed; 1: one did. Throws Error for a library or node type that is not there.
int execute(const CheckPluginCommand& command);
/// Does not return.
int execute(const CheckNodeCommand& command);

}  // namespace flowrun
