// What the documents show must be true: their graphs are read, and the whole ones checked.
#include <doctest/doctest.h>

#include <fstream>
#include <iterator>

#include "flowrun_process.h"
#include "support/needs.h"

using namespace flowrun::testing;

namespace {

/// The fenced blocks of a language in a document.
std::vector<std::string> blocks(const std::string& document, const std::string& language) {
  std::ifstream stream(std::filesystem::path(FLOWRUN_SOURCE_DIR) / document);
  const std::string text{std::istreambuf_iterator<char>(stream), {}};
  const std::string fence = "```" + language + "\n";
  std::vector<std::string> found;
  for (std::size_t at = text.find(fence); at != std::string::npos; at = text.find(fence, at)) {
    at += fence.size();
    const std::size_t end = text.find("```", at);
    found.push_back(text.substr(at, end - at));
    at = end;
  }
  return found;
}

}  // namespace

TEST_CASE("docs/graph-format.md: its graphs are read without a fault and in canonical form, and the first is valid" *
          doctest::test_suite("needs plugins")) {
  std::size_t graphs = 0;
  for (const std::string& block : blocks("docs/graph-format.md", "json")) {
    if (!contains(block, "\"format\": 1")) continue;
    const TempFolder folder;
    folder.write("graph.json", block);
    const Ended described = run_flowrun(folder, {"describe", "graph.json"});
    INFO(described.err);
    CHECK(described.status == 0);
    CHECK(run_flowrun(folder, {"fmt", "--check", "graph.json"}).err == "");
    if (++graphs > 1) continue;
    const Ended validated = run_flowrun(folder, {"validate", "graph.json"});
    if (contains(validated.err, "no plugin 'io' was found")) flowrun::testing::could_not_run("the plugin io is not built");
    else CHECK(validated.out == "graph.json: ok, no errors (4 nodes)\n");
  }
  CHECK(graphs == 2);
}

TEST_CASE("docs: single nodes and keys that are shown are JSON that a graph takes") {
  for (const char* document : {"docs/bids.md", "docs/graph-format.md", "docs/own-models.md", "README.md"})
    for (const std::string& block : blocks(document, "json")) {
      if (contains(block, "\"format\": 1")) continue;
      const bool whole_key =
          block.starts_with("\"parameters\"") || block.starts_with("\"inputs\"") || block.starts_with("\"$schema\"");
      const TempFolder folder;
      folder.write("stages/fuse.json", R"({ "format": 1, "nodes": { "a": { "type": "b.c" } } })");
      folder.write("graph.json", whole_key ? "{ \"format\": 1, \"nodes\": { \"a\": { \"type\": \"b.c\" } }, " + block + "}"
                                           : "{ \"format\": 1, \"nodes\": {" + block + "} }");
      const Ended described = run_flowrun(folder, {"describe", "graph.json"});
      INFO(document << ": " << block << described.err);
      CHECK(described.status == 0);
    }
}

TEST_CASE("flowrun docs: a page that it did not make is not replaced, and its own are") {
  const TempFolder folder;
  CHECK(run_flowrun(folder, {"docs", "d", "clitest"}).status == 0);
  CHECK(run_flowrun(folder, {"docs", "d", "clitest"}).status == 0);
  const std::string index = folder.read("d/README.md");
  folder.write("d/clitest.make.md", "# clitest.make\n\nMy notes about it. Runs on my machine.\n");
  const Ended refused = run_flowrun(folder, {"docs", "d", "clitest"});
  CHECK(refused.status == 2);
  CHECK(contains(refused.err, "'d/clitest.make.md' was not made by 'flowrun docs' and is not replaced"));
  CHECK(contains(folder.read("d/clitest.make.md"), "My notes"));
  CHECK(folder.read("d/README.md") == index);
}
