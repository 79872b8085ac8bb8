// The conformance suite that any plugin can be run through: what docs/check-plugin.md describes and `flowrun check-plugin` shows.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "flowrun/host/child_process.h"
#include "flowrun/host/registry.h"

namespace flowrun::testing {

enum class CheckStatus { pass, fail, skipped };

struct CheckResult {
  std::string check;  ///< its name: "concurrent"
  CheckStatus status = CheckStatus::pass;
  std::string text;  ///< what was measured, what is wrong, or why it could not be checked
};

struct NodeReport {
  std::string type;
  std::vector<CheckResult> results;
};

struct PluginReport {
  PluginInfo plugin;
  std::vector<CheckResult> results;  ///< of the file
  std::vector<NodeReport> nodes;

  std::size_t count(CheckStatus status) const;
};

struct CheckOptions {
  std::string only_node;  ///< "segment.threshold", or "threshold"; empty: every node type
  /// Parameters as text, "path" of every node type that has it or "segment.threshold.path" of one.
  std::vector<std::pair<std::string, std::string>> values;
  std::chrono::seconds time_limit{60};  ///< for each check
};

/// Runs every check over a library. Each node type is fired in a process of its own, so that a crash or a hang is a finding and
/// the checks after it still run. `child` makes the command line of such a process: a program that calls check_node_for_parent
/// with what it is given here. Throws Error for a file that is not there and for a node type that the plugin does not have.
struct ChildCommand {
  std::filesystem::path program;
  std::vector<std::string> arguments;  ///< before those of node_check_arguments
};
PluginReport check_plugin(const std::filesystem::path& library, const CheckOptions& options, const ChildCommand& child);

/// The work of the child: runs the checks of one node type from one check on, and writes each result to its parent. Does not
/// return.
struct NodeCheckRequest {
  std::filesystem::path library;
  std::string type;
  std::size_t first_check = 0;
  std::filesystem::path scratch;  ///< an empty folder for what nodes write
};
[[noreturn]] void check_node_for_parent(const NodeCheckRequest& request, const CheckOptions& options);

}  // namespace flowrun::testing
