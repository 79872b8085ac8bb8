#include <fmt/format.h>

#include <chrono>
#include <cstdio>

#include "check_plugin.h"
#include "commands.h"
#include "exit_status.h"
#include "flowrun/sdk/error.h"
#include "flowrun/testing/isolated_firing.h"
#include "flowrun/testing/plugin_check.h"
#include "text_layout.h"

namespace flowrun {
namespace {

using testing::CheckResult;
using testing::CheckStatus;

/// What a child is started with, beside the words of CheckPluginCommand: library, type, first check and scratch folder.
constexpr const char* kChildVerb = "check-plugin-node";

testing::CheckOptions options_of(const CheckPluginCommand& command) {
  testing::CheckOptions options;
  options.only_node = command.node;
  options.time_limit = std::chrono::seconds(command.seconds);
  if (command.seconds < 1) throw Error(fmt::format("--seconds is a number from 1, not {}", command.seconds));
  for (const std::string& word : command.settings) {
    const std::size_t equals = word.find('=');
    if (equals == std::string::npos || equals == 0) throw Error(fmt::format("--set takes name=value, not '{}'", word));
    options.values.emplace_back(word.substr(0, equals), word.substr(equals + 1));
  }
  return options;
}

std::string word_for(CheckStatus status) {
  return status == CheckStatus::pass ? "pass" : status == CheckStatus::fail ? "FAIL" : "skipped";
}

void print_results(const std::string& title, const std::vector<CheckResult>& results, bool failures_only) {
  TextTable table({Align::left, Align::left, Align::left});
  for (const CheckResult& result : results)
    if (!failures_only || result.status == CheckStatus::fail) table.add({word_for(result.status), result.check, result.text});
  if (table.empty()) return;
  fmt::print("{}\n{}\n", printable(title), table.text());
}

int print(const testing::PluginReport& report, bool quiet) {
  const PluginInfo& plugin = report.plugin;
  print_results(
      plugin.name.empty() ? plugin.file.string() : fmt::format("{} {}  {}", plugin.name, plugin.version, plugin.file.string()),
      report.results, quiet);
  for (const testing::NodeReport& node : report.nodes) print_results(node.type, node.results, quiet);
  const std::size_t failed = report.count(CheckStatus::fail);
  fmt::print("{} passed, {} failed, {} skipped\n", count_text(report.count(CheckStatus::pass), "check"), failed,
             report.count(CheckStatus::skipped));
  return failed ? kSomeCaseFailed : kAllDone;
}

}  // namespace

int execute(const CheckPluginCommand& command) {
  testing::ChildCommand child{"/proc/self/exe", {kChildVerb}};
  for (const std::string& word : command.settings) child.arguments.push_back("--set=" + word);
  child.arguments.push_back(fmt::format("--seconds={}", command.seconds));
  return print(testing::check_plugin(command.library, options_of(command), child), command.quiet);
}

int execute(const CheckNodeCommand& command) {
  const testing::NodeCheckRequest request{command.words.at(0), command.words.at(1), std::stoul(command.words.at(2)),
                                          command.words.at(3)};
  testing::check_node_for_parent(request, options_of(command.shared));
}

int execute(const IsolatedFiringCommand& command) { testing::run_isolated_firing(command.words); }

}  // namespace flowrun
