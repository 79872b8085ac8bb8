// The schemas beside the shipped graphs are those of the standard plugins, and the graphs fit them.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>

#include "flowrun/host/graph_form.h"
#include "flowrun/testing/node_runner.h"
#include "support/json_schema.h"
#include "support/needs.h"

namespace flowrun::testing {
namespace {

namespace fs = std::filesystem;

const fs::path kGraphs = fs::path(FLOWRUN_SOURCE_DIR) / "graphs";

std::string text_of(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

/// Whether a run wrote it: models are made in place, and their records lie beside them.
bool is_record(const fs::path& file) {
  return file.filename() == "flowrun-run.json" || file.string().find("/flowrun/") != std::string::npos;
}

/// All JSON files of graphs/ but the schemas and the records of runs.
std::vector<fs::path> json_files() {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(kGraphs)) {
    const fs::path& file = entry.path();
    const fs::path within = fs::relative(file, kGraphs);
    if (file.extension() == ".json" && !file.string().ends_with(".schema.json") && !is_record("/" + within.string()))
      files.push_back(file);
  }
  std::sort(files.begin(), files.end());
  return files;
}

bool is_plan(const fs::path& file) { return file.string().ends_with(".plan.json"); }
bool is_network(const fs::path& file) { return file.string().find("/models/") != std::string::npos; }

/// The first plugin of this tree that the build left out, or nothing.
std::string left_out() {
  std::set<std::string> built;
  for (const PluginInfo& plugin : found_plugins().plugins())
    if (plugin.failure.empty()) built.insert(plugin.name);
  for (const auto& entry : fs::directory_iterator(fs::path(FLOWRUN_SOURCE_DIR) / "plugins"))
    if (fs::exists(entry.path() / "plugin.cpp") && !built.count(entry.path().filename().string()))
      return entry.path().filename().string();
  return "";
}

TEST_CASE("schemas: graph.schema.json is what 'flowrun schema' makes of the standard plugins" *
          doctest::test_suite("needs plugins")) {
  if (const std::string missing = left_out(); !missing.empty())
    return flowrun::testing::could_not_run("this build has no plugin '" + missing + "'");
  INFO("make it anew with ./dev generate");
  CHECK(text_of(kGraphs / "graph.schema.json") == graph_schema(found_plugins()));
}

TEST_CASE("schemas: plan.schema.json is what 'flowrun schema --plan' makes") {
  INFO("make it anew with ./dev generate");
  CHECK(text_of(kGraphs / "plan.schema.json") == plan_schema());
}

TEST_CASE("schemas: every shipped graph and plan names its schema") {
  for (const fs::path& file : json_files()) {
    if (is_network(file)) continue;
    CAPTURE(file.string());
    const fs::path schema = kGraphs / (is_plan(file) ? "plan.schema.json" : "graph.schema.json");
    const std::string named = schema.lexically_relative(file.parent_path()).generic_string();
    CHECK(text_of(file).starts_with("{\n  \"$schema\": \"" + named + "\",\n"));
  }
}

TEST_CASE("schemas: every shipped graph and plan fits its schema by an independent validator" *
          doctest::test_suite("needs jsonschema")) {
  for (const bool plans : {false, true}) {
    std::vector<fs::path> files;
    std::vector<std::string> texts;
    for (const fs::path& file : json_files())
      if (!is_network(file) && is_plan(file) == plans) files.push_back(file);
    for (const fs::path& file : files) texts.push_back(text_of(file));
    const auto verdicts = schema_verdicts(text_of(kGraphs / (plans ? "plan.schema.json" : "graph.schema.json")), texts);
    if (!verdicts) return flowrun::testing::could_not_run(kNoJsonschema);
    for (std::size_t i = 0; i < files.size(); ++i) CHECK_MESSAGE((*verdicts)[i] == "ok", files[i].string());
  }
}

TEST_CASE("schemas: a plan with a wrong part is refused" * doctest::test_suite("needs jsonschema")) {
  const std::string step = R"({"name": "s", "graph": "g.json", "cases": "test", "set": {"a": [1, 2]}})";
  const auto plan = [&](const std::string& rest) { return R"({"format": 1, "measures": "m.csv", )" + rest + "}"; };
  const auto verdicts = schema_verdicts(
      plan_schema(),
      {plan(R"("steps": [)" + step + "]"), plan(R"("steps": [])"), plan(R"("steps": [{"name": "s", "graph": "g.json"}])"),
       plan(R"("folds": 1, "steps": [)" + step + "]"), plan(R"("fold": 2, "steps": [)" + step + "]"),
       plan(R"("steps": [{"name": "s", "graph": "g.json", "cases": "all"}])"), R"({"format": 1, "steps": [)" + step + "]}"});
  if (!verdicts) return flowrun::testing::could_not_run(kNoJsonschema);
  CHECK(verdicts->front() == "ok");
  for (std::size_t i = 1; i < verdicts->size(); ++i) CHECK_MESSAGE((*verdicts)[i] != "ok", i);
}

TEST_CASE("graphs: every shipped file is in the form that 'flowrun fmt' gives it") {
  for (const fs::path& file : json_files()) {
    CAPTURE(file.string());
    Diagnostics faults;
    const auto text = format_graph(file, faults);
    REQUIRE(text);
    CHECK(text->before == text->after);
  }
}

}  // namespace
}  // namespace flowrun::testing
