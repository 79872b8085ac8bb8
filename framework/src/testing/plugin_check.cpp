#include "flowrun/testing/plugin_check.h"

#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <sstream>

#include "flowrun/host/diagnostic.h"
#include "flowrun/host/scripts.h"
#include "flowrun/sdk/error.h"
#include "testing/node_checks.h"

namespace flowrun::testing {
namespace {

namespace fs = std::filesystem;

// What a child writes: lines that begin with one of these.
constexpr char kBegin = 'b';  // b<check>
constexpr char kStep = 's';   // s<what is tried>
constexpr char kEnd = 'e';    // e<status><text>

std::string one_line(std::string text) {
  for (std::size_t at = text.find('\n'); at != std::string::npos; at = text.find('\n', at)) text.replace(at, 1, " / ");
  return text;
}

/// A folder that is gone with what is in it.
class Scratch {
 public:
  Scratch() {
    std::string name = (fs::temp_directory_path() / "flowrun-check-XXXXXX").string();
    if (!::mkdtemp(name.data())) throw Error("cannot make a temporary folder in " + fs::temp_directory_path().string());
    path_ = name;
  }
  ~Scratch() {
    std::error_code unused;
    fs::remove_all(path_, unused);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

/// What a child said before its end.
struct Said {
  std::vector<CheckResult> results;
  std::string step;  ///< what it was trying last, in the check that it did not finish
};

Said read_lines(const std::string& text, std::size_t first) {
  Said said;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const std::size_t at = first + said.results.size();
    if (line.empty() || at >= node_checks().size()) continue;
    if (line[0] == kBegin) said.step.clear();
    if (line[0] == kStep) said.step = line.substr(1);
    if (line[0] != kEnd || line.size() < 2) continue;
    said.results.push_back({node_checks()[at].name, static_cast<CheckStatus>(line[1] - '0'), line.substr(2)});
    said.step.clear();
  }
  return said;
}

std::string how_it_ended(const ChildEnd& end, const Said& said, const CheckOptions& options) {
  const bool alarm = end.kind == ChildEnd::Kind::killed && end.status == SIGALRM;
  const std::string text =
      alarm ? "did not come back within " + std::to_string(options.time_limit.count()) + " s" : end_text(end, options.time_limit);
  const bool one_of_many = alarm && !said.step.empty();
  return text + (said.step.empty() ? "" : ", at: " + said.step) +
         (one_of_many ? "; that is the time for all inputs of this check, and --seconds gives it more" : "") + printed_text(end);
}

NodeReport report_node(const fs::path& library, const std::string& type, const CheckOptions& options, const ChildCommand& child) {
  NodeReport report{type, {}};
  const std::size_t count = node_checks().size();
  while (report.results.size() < count) {
    const Scratch scratch;
    const std::size_t first = report.results.size();
    ChildRequest request{child.program, child.arguments, options.time_limit * (count + 1)};
    for (const std::string& word : {library.string(), type, std::to_string(first), scratch.path().string()})
      request.arguments.push_back(word);
    const ChildEnd end = run_child(request);
    Said said = read_lines(end.result, first);
    std::move(said.results.begin(), said.results.end(), std::back_inserter(report.results));
    if (report.results.size() >= count) break;
    const NodeCheck& unfinished = node_checks()[report.results.size()];
    report.results.push_back({unfinished.name, CheckStatus::fail, how_it_ended(end, said, options)});
    for (std::size_t i = report.results.size(); unfinished.essential && i < count; ++i)
      report.results.push_back(
          {node_checks()[i].name, CheckStatus::skipped, std::string("not tried, see '") + unfinished.name + "'"});
  }
  return report;
}

CheckResult check_exports(const fs::path& library) {
  const std::vector<std::string> symbols = exported_symbols(library);
  if (symbols == std::vector<std::string>{"flowrun_plugin"})
    return {"exports", CheckStatus::pass, "flowrun_plugin and nothing else"};
  std::string others;
  std::size_t count = 0;
  for (const std::string& symbol : symbols)
    if (symbol != "flowrun_plugin" && ++count <= 5) others += (others.empty() ? "'" : ", '") + symbol + "'";
  return {"exports", CheckStatus::fail,
          "besides flowrun_plugin it exports " + std::to_string(count) + " symbols (" + others + (count > 5 ? ", ..." : "") +
              "), which can meet another library's; build it with flowrun_add_plugin, or with hidden visibility and a version "
              "script"};
}

std::vector<std::string> wanted_types(const PluginInfo& plugin, const std::string& only) {
  if (only.empty()) return plugin.node_types;
  for (const std::string& type : plugin.node_types)
    if (type == only || type == plugin.name + "." + only) return {type};
  throw Error("plugin '" + plugin.name + "' has no node type '" + only + "'" + did_you_mean(only, plugin.node_types));
}

}  // namespace

std::size_t PluginReport::count(CheckStatus status) const {
  const auto has = [&](const CheckResult& result) { return result.status == status; };
  auto total = std::count_if(results.begin(), results.end(), has);
  for (const NodeReport& node : nodes) total += std::count_if(node.results.begin(), node.results.end(), has);
  return static_cast<std::size_t>(total);
}

PluginReport check_plugin(const fs::path& library, const CheckOptions& options, const ChildCommand& child) {
  const fs::path script = (library.has_filename() ? library.filename() : library.parent_path().filename()).string() + ".py";
  if (!fs::is_regular_file(library))
    throw Error("'" + library.string() + "' is not a file; check-plugin takes a plugin's library (.so), or the .py file of a plugin in Python" +
                (fs::is_regular_file(library / script) ? ": '" + (library / script).string() + "'" : ""));
  Registry registry;
  registry.add_library(library);
  PluginReport report{registry.plugins().at(0), {}, {}};
  if (!report.plugin.failure.empty()) {
    report.results.push_back({"usable", CheckStatus::fail, report.plugin.failure});
    return report;
  }
  report.results.push_back({"usable", CheckStatus::pass,
                            count_text(report.plugin.node_types.size(), "node type") + ", licence " + report.plugin.licence});
  if (!is_script(report.plugin.file)) report.results.push_back(check_exports(report.plugin.file));
  for (const std::string& type : wanted_types(report.plugin, options.only_node))
    report.nodes.push_back(report_node(report.plugin.file, type, options, child));
  return report;
}

void check_node_for_parent(const NodeCheckRequest& request, const CheckOptions& options) {
  const ChildSide parent;
  Registry registry;
  registry.add_library(request.library);
  Subject subject(registry, request.type, options, request.scratch);
  CheckRun run{subject, [&](const std::string& step) { parent.write(kStep + one_line(step) + "\n"); }};
  for (std::size_t i = request.first_check; i < node_checks().size(); ++i) {
    ::alarm(static_cast<unsigned>(options.time_limit.count()));
    parent.write(kBegin + std::string(node_checks()[i].name) + "\n");
    const CheckResult result = node_checks()[i].run(run);
    parent.write(std::string{kEnd, static_cast<char>('0' + static_cast<int>(result.status))} + one_line(result.text) + "\n");
  }
  ChildSide::end(0);
}

}  // namespace flowrun::testing
