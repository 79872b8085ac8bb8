// Every graph that people get is right: it validates against the plugins of the build, without a warning.
#include <doctest/doctest.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <set>

#include "flowrun/host/cross_plan.h"
#include "flowrun/host/validated_graph.h"
#include "flowrun/testing/node_runner.h"
#include "support/needs.h"

namespace flowrun::testing {
namespace {

namespace fs = std::filesystem;

const fs::path kGraphs = fs::path(FLOWRUN_SOURCE_DIR) / "graphs";

/// Models and descriptions of networks lie in models/; plans of crossval and schemas are files of their own kind.
std::vector<fs::path> graph_files() {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(kGraphs)) {
    const std::string name = entry.path().string();
    const bool other =
        name.ends_with(".plan.json") || name.ends_with(".schema.json") || name.find("/models/") != std::string::npos;
    if (name.ends_with(".json") && !other) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::string lines(const Diagnostics& faults) {
  std::string text;
  for (const Diagnostic& fault : faults.all()) text += to_string(fault) + "\n";
  return text;
}

/// A folder with files in the place of the models, which no check opens.
class Models {
 public:
  Models() : path(fs::temp_directory_path() / ("flowrun_models_" + std::to_string(::getpid()))) {
    fs::create_directories(path);
    for (const char* name : {"initial.pt", "final.pt", "bbox_model.pt", "model.pt"}) std::ofstream(path / name) << "x";
  }
  ~Models() { fs::remove_all(path); }
  const fs::path path;
};

/// The files of a graph and its subgraphs, and the plugins that their nodes come from.
void collect(const GraphSpec& graph, std::set<fs::path>& files, std::set<std::string>& plugins) {
  files.insert(fs::weakly_canonical(graph.file));
  for (const NodeSpec& node : graph.nodes) {
    if (node.subgraph) collect(*node.subgraph, files, plugins);
    else plugins.insert(node.type.substr(0, node.type.find('.')));
  }
}

/// The first plugin that this build left out, or nothing.
std::string missing_plugin(const std::set<std::string>& plugins) {
  for (const std::string& plugin : plugins) {
    const auto& built = found_plugins().plugins();
    if (std::none_of(built.begin(), built.end(), [&](const PluginInfo& info) { return info.name == plugin; })) return plugin;
  }
  return "";
}

void check_graph(const GraphSpec& graph, const fs::path& models) {
  Settings settings;
  for (const ValueSpec& parameter : graph.parameters)
    if (parameter.spec.name == "model") settings.values["model"] = (models / "model.pt").string();
    else if (parameter.spec.name.starts_with("models")) settings.values[parameter.spec.name] = models.string();
  Diagnostics faults;
  CHECK(validate(graph, found_plugins(), settings, faults) != nullptr);
  CHECK(lines(faults) == "");
}

/// Stages that take another's place: the graph, the stage that it names, the one that can stand there.
struct Swap {
  const char *graph, *stage, *other;
};
const Swap kSwaps[] = {{"segment.json", "stages/dense_networks.json", "stages/narrowed_patch_networks.json"},
                       {"reference.json", "stages/dense_networks.json", "stages/narrowed_patch_networks.json"},
                       {"maps.json", "stages/dense_networks.json", "stages/narrowed_patch_networks.json"},
                       {"maps.json", "stages/dense_networks.json", "stages/patch_networks.json"},
                       {"segment.json", "stages/dense_networks.json", "stages/device_networks.json"},
                       {"maps.json", "stages/dense_networks.json", "stages/device_networks.json"}};

std::string text_of(const fs::path& file) {
  std::ifstream stream(file);
  return {std::istreambuf_iterator<char>(stream), {}};
}

TEST_CASE("graphs: every shipped graph is right, and every stage is used by one" * doctest::test_suite("needs plugins")) {
  const Models models;
  std::set<fs::path> used, stages;
  std::size_t graphs = 0;
  for (const fs::path& file : graph_files()) {
    CAPTURE(file.string());
    Diagnostics faults;
    const auto graph = load_graph(file, faults);
    CHECK(lines(faults) == "");
    REQUIRE(graph);
    CHECK_FALSE(graph->summary.empty());
    if (!graph->port_inputs.empty()) {
      stages.insert(fs::weakly_canonical(file));
      continue;
    }
    ++graphs;
    std::set<std::string> plugins;
    collect(*graph, used, plugins);
    if (const std::string missing = missing_plugin(plugins); !missing.empty())
      flowrun::testing::could_not_run("this build has no plugin '" + missing + "' for " + file.string());
    else check_graph(*graph, models.path);
  }
  CHECK(graphs >= 5);
  CHECK(stages.size() >= 4);
  for (const auto& [graph, stage, other] : kSwaps) used.insert(fs::weakly_canonical(kGraphs / "msseg2016" / other));
  for (const fs::path& stage : stages) CHECK_MESSAGE(used.count(stage) == 1, stage.string() << " is used by no graph");
}

TEST_CASE("graphs: a stage is swapped for another by changing one line" * doctest::test_suite("needs plugins")) {
  if (!found_plugins().find("cnn.stage") || !found_plugins().find("io.read_volume"))
    return flowrun::testing::could_not_run("the plugins cnn and io are not built");
  const Models models;
  const fs::path folder = models.path / "swapped";
  fs::create_directories(folder);
  fs::copy(kGraphs / "msseg2016", folder / "msseg2016", fs::copy_options::recursive);
  for (const auto& [graph, stage, other] : kSwaps) {
    CAPTURE(graph);
    CAPTURE(other);
    const fs::path file = folder / "msseg2016" / graph;
    std::string text = text_of(kGraphs / "msseg2016" / graph);
    const std::size_t at = text.find(stage);
    REQUIRE(at != std::string::npos);
    text.replace(at, std::string(stage).size(), other);
    std::ofstream(file) << text;
    Diagnostics faults;
    const auto spec = load_graph(file, faults);
    CHECK(lines(faults) == "");
    REQUIRE(spec);
    check_graph(*spec, models.path);
  }
}

TEST_CASE("graphs: every plan is read without a fault, and its graphs are there") {
  std::size_t plans = 0;
  for (const auto& entry : fs::recursive_directory_iterator(kGraphs)) {
    if (!entry.path().string().ends_with(".plan.json")) continue;
    CAPTURE(entry.path().string());
    Diagnostics faults;
    const auto plan = load_cross_plan(entry.path(), faults);
    CHECK(lines(faults) == "");
    REQUIRE(plan);
    CHECK_FALSE(plan->summary.empty());
    for (const CrossStep& step : plan->steps) CHECK(fs::exists(step.graph));
    ++plans;
  }
  CHECK(plans >= 1);
}

TEST_CASE("graphs: each parameter and input of a shipped graph has help") {
  for (const fs::path& file : graph_files()) {
    CAPTURE(file.string());
    Diagnostics faults;
    const auto graph = load_graph(file, faults);
    REQUIRE(graph);
    for (const ValueSpec& value : graph->parameters) CHECK_MESSAGE(!value.spec.help.empty(), value.spec.name);
    for (const ValueSpec& value : graph->value_inputs) CHECK_MESSAGE(!value.spec.help.empty(), value.spec.name);
    for (const PortSpec& port : graph->port_inputs) CHECK_MESSAGE(!port.help.empty(), port.name);
  }
}

}  // namespace
TEST_CASE("graphs: a graph can be looked at before its models are there, but not run" * doctest::test_suite("needs plugins")) {
  if (!found_plugins().find("cnn.stage") || !found_plugins().find("io.read_volume"))
    return flowrun::testing::could_not_run("the plugins cnn and io are not built");
  Settings settings{{{"models", "no-such-folder"}}};
  Diagnostics faults;
  const auto spec = load_graph(FLOWRUN_SOURCE_DIR "/graphs/msseg2016/segment.json", faults);
  REQUIRE(spec);
  CHECK(validate(*spec, found_plugins(), settings, faults) == nullptr);
  CHECK(faults.all().size() == 2);
  settings.files_must_exist = false;
  Diagnostics none;
  CHECK(validate(*spec, found_plugins(), settings, none) != nullptr);
  CHECK(none.all().empty());
}

}  // namespace flowrun::testing
