// The limits that docs/graph-format.md lists: what is just within is read, what is beyond is refused with a sentence.
#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "fake_types.h"
#include "flowrun/host/validated_graph.h"

namespace flowrun::testing {
namespace {

namespace fs = std::filesystem;

struct GraphFolder {
  GraphFolder() {
    std::string name = (fs::temp_directory_path() / "flowrun_limits_XXXXXX").string();
    if (!::mkdtemp(name.data())) std::abort();
    path = name;
  }
  ~GraphFolder() { fs::remove_all(path); }
  void write(const std::string& name, const std::string& text) const { std::ofstream(path / name, std::ios::binary) << text; }
  /// What is wrong with the file and those that it names, before any type is looked up.
  std::string faults(const std::string& name) const {
    Diagnostics found;
    load_graph(path / name, found);
    std::string text;
    for (const Diagnostic& fault : found.all()) text += fault.message + "\n";
    return text;
  }
  fs::path path;
};

/// A graph with its own text filled up to a size.
std::string graph_of(std::size_t bytes) {
  std::string text = R"({"format": 1, "nodes": {"r": {"type": "t.read", "params": {"path": "a"}}}, "x-fill": ")";
  const std::string end = "\"}";
  text.append(bytes - text.size() - end.size(), 'x');
  return text + end;
}

/// Graphs 0.json to n-1.json, each within the one before.
void write_chain(const GraphFolder& folder, int count) {
  for (int i = 0; i < count; ++i) {
    const std::string type =
        i + 1 < count ? "\"graph:" + std::to_string(i + 1) + ".json\"" : R"("t.read", "params": {"path": "a"})";
    folder.write(std::to_string(i) + ".json", R"({"format": 1, "nodes": {"n": {"type": )" + type + "}}}");
  }
}

std::string nested_note(int levels) {
  std::string text = R"({"format": 1, "nodes": {"r": {"type": "t.read", "params": {"path": "a"}}}, "x-note": )";
  return text + std::string(static_cast<std::size_t>(levels), '[') + std::string(static_cast<std::size_t>(levels), ']') + "}";
}

}  // namespace

TEST_CASE("limits: a graph file of 4 MiB is read, a larger one is refused") {
  const GraphFolder folder;
  folder.write("g.json", graph_of(std::size_t{4} << 20));
  CHECK(folder.faults("g.json") == "");
  folder.write("g.json", graph_of((std::size_t{4} << 20) + 1));
  CHECK(folder.faults("g.json").find("4 MiB") != std::string::npos);
}

TEST_CASE("limits: lists and objects may lie 64 deep, the graph's own object counted") {
  const GraphFolder folder;
  folder.write("g.json", nested_note(63));
  CHECK(folder.faults("g.json") == "");
  folder.write("g.json", nested_note(64));
  CHECK(folder.faults("g.json") == "lists and objects are nested deeper than 64 levels, which is not accepted\n");
}

TEST_CASE("limits: 32 graphs may lie within one another") {
  const GraphFolder folder;
  write_chain(folder, 32);
  CHECK(folder.faults("0.json") == "");
  write_chain(folder, 33);
  CHECK(folder.faults("0.json") == "node 'n': the graph file '32.json' lies deeper than 32 graphs within graphs\n");
}

TEST_CASE("limits: a number of 64 bits is the largest, also of firings at a time") {
  const GraphFolder folder;
  const auto with = [&](const std::string& run) {
    folder.write("g.json", R"({"format": 1, "nodes": {"r": {"type": "t.read", "params": {"path": "a"}, "run": {)" + run + "}}}}");
    return folder.faults("g.json");
  };
  CHECK(with(R"("concurrency": 2147483647, "chunks_in_flight": 2147483647)") == "");
  CHECK(with(R"("concurrency": 2147483648)") != "");
  CHECK(with(R"("chunks_in_flight": 0)") != "");
  CHECK(with(R"("concurrency": 99999999999999999999)").find("is too large; expected at most 64 bits") != std::string::npos);
}

TEST_CASE("limits: docs/graph-format.md lists them") {
  std::ostringstream text;
  text << std::ifstream(FLOWRUN_SOURCE_DIR "/docs/graph-format.md").rdbuf();
  const std::string page = text.str();
  for (const char* row :
       {"| a graph file | 4 MiB |", "| 64 levels |", "| 32 files", "| 10,000 |", "| 200; 20,000 |", "| 64 KiB; 1,000 pieces",
        "| 256 MiB |", "| 2,147,483,647; at least 1 |", "| 100 characters |", "| 150 characters", "| 240 bytes |"})
    CHECK_MESSAGE(page.find(row) != std::string::npos, row);
}

}  // namespace flowrun::testing
