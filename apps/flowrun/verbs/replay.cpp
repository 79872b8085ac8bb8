#include "verbs/replay.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <optional>

#include "cohort/graph_books.h"
#include "cohort/graph_check.h"
#include "cohort/own_file.h"
#include "flowrun/host/case_record.h"
#include "flowrun/host/replay.h"
#include "flowrun/host/validated_graph.h"
#include "flowrun/sdk/error.h"
#include "system/crash_guard.h"
#include "system/exit_status.h"
#include "terminal/text_layout.h"
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

/// The folder of the packets that a case's record names.
fs::path folder_of_record(const fs::path& file) {
  const CaseRecord record = read_case_record(file);
  if (record.status == CaseStatus::done)
    throw Error(fmt::format("case '{}' is done; there is no failed node to run again", record.name));
  if (record.replay.empty())
    throw Error(
        fmt::format("no packets were kept of case '{}': it was run with --no-replay or beyond --replay-limit, did not fail in a "
                    "node, or its packets could not be written",
                    record.name));
  const fs::path out = fs::absolute(file).parent_path().parent_path().parent_path();
  const fs::path kept = record.replay;
  if (kept.is_absolute() || kept.begin()->string() != "flowrun" || std::find(kept.begin(), kept.end(), "..") != kept.end())
    throw Error(fmt::format("'{}' says that its packets lie in '{}', which is not in the folder 'flowrun' beside the results",
                            file.string(), record.replay));
  fs::path part = out;
  for (const fs::path& name : kept) refuse_links({part /= name});
  return out / kept;
}

/// The record of a case: of the graphs that ran in the folder, the one whose node failed.
std::optional<fs::path> record_of_case(const ReplayCommand& command) {
  std::optional<fs::path> found;
  if (!case_name_fault(command.what).empty()) return found;
  for (const std::string& word : graph_words(command.results)) {
    const fs::path file = case_record_file(command.results, command.what, word);
    std::error_code unknown;
    if (!fs::exists(file, unknown) || (found && read_case_record(file).replay.empty())) continue;
    if (found && !read_case_record(*found).replay.empty())
      throw Error(fmt::format("case '{}' has failed in two graphs; name its record: '{}' or '{}'", command.what, found->string(),
                              file.string()));
    found = file;
  }
  return found;
}

fs::path folder_of(const ReplayCommand& command) {
  std::error_code unknown;
  const fs::path what = command.what;
  if (fs::is_directory(what, unknown)) return what;
  if (what.filename() == "replay.json") return fs::absolute(what).parent_path();
  if (fs::is_regular_file(what, unknown)) return folder_of_record(what);
  if (const auto record = record_of_case(command)) return folder_of_record(*record);
  throw Error(
      fmt::format("'{}' is neither a record nor a folder, and '{}' has no case of that name; --results says where the case ran",
                  command.what, command.results));
}

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
             printable(error.plugin), printable(error.message));
  return kSomeCaseFailed;
}

int replay_failed(const ReplayCommand& command) {
  const fs::path folder = folder_of(command);
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
