#include "verbs/replay.h"

#include <fmt/format.h>

#include <cstdio>

#include "flowrun/host/cohort.h"
#include "flowrun/host/own_file.h"
#include "flowrun/host/replay.h"
#include "flowrun/host/text.h"
#include "flowrun/host/validated_graph.h"
#include "flowrun/sdk/error.h"
#include "system/crash_guard.h"
#include "system/exit_status.h"
#include "terminal/open_registry.h"
#include "verbs/isolated_firing.h"

namespace flowrun {
namespace {

struct ReplayCommand {
  std::string what;  ///< a record, a bundle's folder, or a case's name
  std::string results = "out";
  std::string out;  ///< empty: in the bundle's folder
  Words plugin_paths;
};

namespace fs = std::filesystem;

void print_head(const ReplayBundle& bundle, const RegisteredType* type) {
  const std::string chunk = bundle.chunk >= 0 ? fmt::format(", chunk {}", bundle.chunk) : "";
  fmt::print("replay: node '{}' ({}) of case '{}'{}, which failed in {}\n", printable(bundle.node), printable(bundle.type),
             printable(bundle.case_name), chunk, printable(bundle.step));
  if (type && type->plugin_version != bundle.plugin_version)
    fmt::print("plugin {} is {} now, and was {}\n", printable(type->plugin), printable(type->plugin_version),
               printable(bundle.plugin_version));
}

/// The sentence with the last part of each path only: files have other folders in a replay, or were named from another folder.
std::string without_folders(const std::string& sentence) {
  std::string text;
  for (const char c : sentence)
    if (c != '/') text += c;
    else text.erase(text.find_last_of(" '\"(=,") + 1);  // the whole text where there is none of these
  return text;
}

/// With its lines below each other, and none of them at the margin, where flowrun's own begin.
std::string indented(const std::string& text) {
  std::string lines = printable_lines(text);
  for (std::size_t at = lines.find('\n'); at != std::string::npos; at = lines.find('\n', at + 1)) lines.insert(at + 1, "    ");
  return lines;
}

int print_outcome(const ReplayBundle& bundle, const RunResult& result) {
  const CaseResult& one = result.cases.front();
  for (const Report& report : one.reports) fmt::print("  {}: {}\n", printable(report.name), figure_text(report.value));
  for (const std::string& warning : one.warnings) fmt::print(stderr, "flowrun: warning: {}\n", printable(warning));
  if (one.status == CaseStatus::done) {
    fmt::print("the node is done, in {}; before: {}\n", duration_text(one.seconds), printable(bundle.error.message));
    return kAllDone;
  }
  const CaseError& error = one.errors.front();
  fmt::print("it failed {}\n", without_folders(error.message) == without_folders(bundle.error.message)
                                   ? "again, for the same reason"
                                   : "for another reason than before");
  std::fflush(stdout);
  fmt::print(stderr, "flowrun: error: node '{}' ({}, plugin {}): {}\n", printable(error.node), printable(error.type),
             printable(error.plugin), indented(error.message));
  return kSomeCaseFailed;
}

int replay_failed(const ReplayCommand& command) {
  const fs::path folder = failed_packets(command.what, command.results);
  const ReplayBundle bundle = read_replay_bundle(folder);
  Registry registry = open_registry(command.plugin_paths);
  const fs::path written = command.out.empty() ? folder / "out" : fs::path(command.out);
  refuse_links({folder / "replay.json"});
  for (const ReplayInput& input : bundle.inputs) refuse_links({folder / (input.file.empty() ? "." : input.file)});
  if (command.out.empty()) refuse_links({written});
  const ReplayRun replay = prepare_replay(folder, bundle, registry, written);
  print_head(bundle, registry.find(bundle.type));
  RunOptions options;
  options.out = written;
  options.isolated = {"/proc/self/exe", {kIsolatedFiring}};
  const CrashGuard guard;
  Run run(replay.graph, registry, options);
  return print_outcome(bundle, run.execute({replay.one_case}));
}

}  // namespace

Verb replay_verb(CLI::App& app) {
  Verb verb(app, "replay", "run a failed node again, alone, on the packets it had",
            "  flowrun replay results/flowrun/cases/p07.json\n"
            "  flowrun replay p07 --results results --out look_here\n\n"
            "Exit status: 0 the node is done, 1 it failed again.");
  ReplayCommand& command = verb.carried_out_by(replay_failed);
  verb.argument("FAILED", command.what, "a failed case's record, the folder of its packets, or its name");
  verb.option("--results", command.results, "DIR", "output folder of the run, for a case's name [out]");
  verb.option("--out", command.out, "DIR", "folder of what the node writes [out, beside its packets]");
  verb.plugin_path(command.plugin_paths);
  return verb;
}

}  // namespace flowrun
