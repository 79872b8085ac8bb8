#include "verbs/check_plugin.h"

#include <fmt/format.h>

#include <chrono>
#include <cstdio>

#include "flowrun/sdk/error.h"
#include "flowrun/testing/plugin_check.h"
#include "system/exit_status.h"
#include "system/python_choice.h"
#include "terminal/text_layout.h"

namespace flowrun {
namespace {

struct CheckPluginCommand {
  std::string library;
  std::string node;  ///< empty: every node type
  Words settings;    ///< param=value, node.param=value
  int seconds = 60;  ///< for each check
  std::string python;
  bool quiet = false;
};

/// The separate process in which check-plugin fires a node.
struct CheckNodeCommand {
  Words words;  ///< library, type, first check, scratch folder
  CheckPluginCommand shared;
};

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

int check(const CheckPluginCommand& command) {
  if (const std::string fault = fault_of_python(command.python); !fault.empty()) throw WrongUse{fault};
  if (!command.python.empty()) choose_python(command.python);
  testing::ChildCommand child{"/proc/self/exe", {kChildVerb}};
  for (const std::string& word : command.settings) child.arguments.push_back("--set=" + word);
  child.arguments.push_back(fmt::format("--seconds={}", command.seconds));
  return print(testing::check_plugin(command.library, options_of(command), child), command.quiet);
}

int check_node(const CheckNodeCommand& command) {
  const testing::NodeCheckRequest request{command.words.at(0), command.words.at(1), std::stoul(command.words.at(2)),
                                          command.words.at(3)};
  testing::check_node_for_parent(request, options_of(command.shared));
}

void add_check_options(Verb& verb, CheckPluginCommand& command) {
  verb.repeatable("--set", command.settings, "NAME=VALUE", "set a parameter, or NODE.PARAM of one node type (repeatable)");
  verb.option("--seconds", command.seconds, "N", "how long a check may take [60]");
}

}  // namespace

Verb check_plugin_verb(CLI::App& app) {
  Verb verb(app, "check-plugin", "run a plugin through the conformance suite",
            "  flowrun check-plugin build/lib/flowrun/plugins/denoise.so\n"
            "  flowrun check-plugin denoise.so --node denoise.median --set radius=2\n"
            "  flowrun check-plugin io.so --set io.read_volume.path=flair.nii.gz\n\n"
            "Every node type is described, created, opened and fired with artificial inputs, usual and odd ones, in a process\n"
            "of its own, so that a crash is a finding.\n"
            "Exit status: 0 no check failed (some may be skipped), 1 a check failed, 2 the command line is wrong.");
  CheckPluginCommand& command = verb.carried_out_by(check);
  verb.argument("PLUGIN", command.library, "the plugin's library");
  verb.option("--node", command.node, "NAME", "only this node type");
  add_check_options(verb, command);
  verb.option("--python", command.python, "PYTHON", "the Python of a plugin in Python [FLOWRUN_PYTHON, else python3]");
  verb.flag("--quiet", command.quiet, "show only the checks that failed");
  return verb;
}

Verb check_node_verb(CLI::App& app) {
  Verb verb(app, kChildVerb);
  CheckNodeCommand& command = verb.carried_out_by(check_node);
  verb.arguments("WORDS", command.words, 4);
  add_check_options(verb, command.shared);
  return verb;
}

}  // namespace flowrun
