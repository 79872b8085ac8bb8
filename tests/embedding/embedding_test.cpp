#include <doctest/doctest.h>

#include <cstdlib>
#include <sstream>

#include "support/temp_folder.h"

using namespace flowrun::testing;

namespace {

constexpr const char* kGraph = R"({
  "format": 1, "name": "heads", "inputs": { "seed": { "type": "integer", "help": "Another seed is another head" } },
  "nodes": {
    "head": { "type": "phantom.head", "params": { "seed": "${seed}", "size": [24, 24, 24], "spacing": [8, 8, 8] } },
    "write": { "type": "io.write_volume", "inputs": { "volume": "head.flair" }, "params": { "path": "${out}/${case}.nii.gz" } }
  }
})";

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

int run_program(const TempFolder& folder, const std::string& command) {
  const std::string whole =
      "cd '" + folder.path.string() + "' && FLOWRUN_PLUGIN_PATH='" FLOWRUN_TEST_PLUGINS "' " + command + " > log 2>&1";
  const int status = std::system(whole.c_str());
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int run_cohort(const TempFolder& folder) {
  return run_program(folder, "'" FLOWRUN_EMBEDDING_COHORT "' graph.json cases.csv out");
}

/// The first block of that kind in the document.
std::string block(const std::string& kind) {
  std::stringstream stream;
  stream << std::ifstream(FLOWRUN_SOURCE_DIR "/docs/embedding.md").rdbuf();
  const std::string text = stream.str(), fence = "```" + kind + "\n";
  const std::size_t begin = text.find(fence) + fence.size();
  return text.substr(begin, text.find("```", begin) - begin);
}

}  // namespace

TEST_CASE("embedding: the program of the document runs a cohort and continues it") {
  const TempFolder folder;
  folder.write("graph.json", kGraph);
  folder.write("cases.csv", "case,seed\na,1\nb,2\n");
  CHECK(run_cohort(folder) == 0);
  CHECK_MESSAGE(has(folder.read("log"), "a: done\nb: done\n"), folder.read("log"));
  CHECK(has(folder.read("out/cases.csv"), "\nb,done"));
  CHECK(std::filesystem::exists(folder.path / "out" / "flowrun-run.json"));
  CHECK_FALSE(std::filesystem::exists(folder.path / "out" / "report.html"));  // this program writes none

  folder.write("cases.csv", "case,seed\na,1\nb,2\nc,3\n");
  CHECK(run_cohort(folder) == 0);
  CHECK(has(folder.read("log"), "2 cases done before and unchanged, 1 not yet run"));
  CHECK(run_cohort(folder) == 0);
  CHECK(has(folder.read("log"), "nothing to run: all 3 cases were done before, and unchanged\n"));
}

TEST_CASE("embedding: what is wrong is said with its place, and nothing is written") {
  const TempFolder folder;
  folder.write("graph.json", kGraph);
  folder.write("cases.csv", "case,sead\na,1\n");
  CHECK(run_cohort(folder) == 2);
  CHECK(has(folder.read("log"), "cases.csv:1:1: error: column 'sead' is no input of graph 'heads'; did you mean 'seed'?"));
  CHECK_FALSE(std::filesystem::exists(folder.path / "out"));
}

TEST_CASE("embedding: the program of the document segments an image in memory") {
  const TempFolder folder;
  folder.write("bright.json", block("json"));
  CHECK(run_program(folder, "'" FLOWRUN_EMBEDDING_SESSION "' bright.json") == 0);
  CHECK(folder.read("log") == "above 10: 53 voxels\nabove 60: 3 voxels\n");
}
