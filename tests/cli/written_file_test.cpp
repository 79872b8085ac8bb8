// --trace and schema --output replace only what flowrun wrote for them before.
#include <doctest/doctest.h>
#include <sys/stat.h>

#include "flowrun_process.h"
#include "graph_texts.h"

using namespace flowrun::testing;
namespace fs = std::filesystem;

namespace {

const std::string kMine = "mine\n";

void write_study(const TempFolder& folder) {
  folder.write("value.json", kValueGraph);
  folder.write("cases.csv", "case,value\na,1\nb,2\n");
}

Ended traced(const TempFolder& folder, const std::string& trace, const std::vector<std::string>& more = {}) {
  std::vector<std::string> words{"run", "value.json", "--cases", "cases.csv", "--out", "o", "--trace", trace};
  words.insert(words.end(), more.begin(), more.end());
  return run_flowrun(folder, words);
}

}  // namespace

TEST_CASE("flowrun run --trace: a file that the run reads or writes is refused before anything runs") {
  const TempFolder folder;
  write_study(folder);
  const std::string table = folder.read("cases.csv"), graph = folder.read("value.json");
  for (const std::string name : {"value.json", "cases.csv", "o/a_value.txt", "o/../o/b_value.txt", "o/cases.csv", "o/report.html",
                                 "o/flowrun-run.json", "o/flowrun/lock", "o/flowrun/cases/a.json", "o/flowrun/new.json"}) {
    const Ended ended = traced(folder, name);
    INFO(name, ": ", ended.err);
    CHECK(ended.status == 2);
    CHECK(contains(ended.err, "--trace '" + name + "': "));
    CHECK(contains(ended.err, "name another file"));
    CHECK_FALSE(folder.has("o/a_value.txt"));
  }
  CHECK(folder.read("cases.csv") == table);
  CHECK(folder.read("value.json") == graph);
}

TEST_CASE("flowrun run --trace: what stands there and is no timeline of flowrun stays; a timeline and an empty file are replaced") {
  const TempFolder folder;
  write_study(folder);
  folder.write("image.nii", kMine);
  folder.write("sub.json", "{\"format\": 1}");
  fs::create_directories(folder.path() / "d");
  REQUIRE(::mkfifo((folder.path() / "pipe").c_str(), 0600) == 0);
  fs::create_symlink(folder.path() / "image.nii", folder.path() / "link");
  for (const std::string name : {"image.nii", "sub.json", "d", "pipe", "link"}) {
    const Ended ended = traced(folder, name);
    INFO(name, ": ", ended.err);
    CHECK(ended.status == 2);
    CHECK(contains(ended.err, "--trace '" + name + "': the file is there and is no timeline of flowrun"));
  }
  CHECK(folder.read("image.nii") == kMine);
  folder.write("empty.json", "");
  CHECK(traced(folder, "empty.json").status == 0);
  CHECK(contains(folder.read("empty.json"), "traceEvents"));
  CHECK(traced(folder, "empty.json").status == 0);
}

TEST_CASE("flowrun schema --output: only a JSON Schema is replaced") {
  const TempFolder folder;
  folder.write("value.json", kValueGraph);
  const std::string graph = folder.read("value.json");
  folder.write("image.nii", kMine);
  for (const std::string name : {"image.nii", "value.json"}) {
    const Ended ended = run_flowrun(folder, {"schema", "--output", name});
    CHECK(ended.status == 2);
    CHECK(contains(ended.err, "--output '" + name + "': the file is there and is no JSON Schema; remove it, or name another file"));
  }
  CHECK(folder.read("image.nii") == kMine);
  CHECK(folder.read("value.json") == graph);
  for (int i = 0; i < 2; ++i) CHECK(run_flowrun(folder, {"schema", "--output", "s.json"}).status == 0);
  CHECK(contains(folder.read("s.json"), "flowrun graph"));
}

TEST_CASE("flowrun draw, fmt and migrate --output: only a file of the same kind is replaced") {
  const TempFolder folder;
  folder.write("value.json", kValueGraph);
  for (const std::string name : {"image.nii", "notes.svg", "notes.dot"}) folder.write(name, kMine);
  folder.write("drawn.svg", "<svg>my own</svg>");
  CHECK(run_flowrun(folder, {"draw", "value.json", "--output", "drawn.svg"}).status == 2);
  CHECK(folder.read("drawn.svg") == "<svg>my own</svg>");
  const std::vector<std::pair<std::string, std::string>> tries{
      {"draw", "notes.svg"}, {"draw", "notes.dot"}, {"fmt", "image.nii"}, {"migrate", "image.nii"}};
  for (const auto& [verb, name] : tries) {
    const Ended ended = run_flowrun(folder, {verb, "value.json", "--output", name});
    INFO(verb, " ", name, ": ", ended.err);
    CHECK(ended.status == 2);
    CHECK(contains(ended.err, "--output '" + name + "': the file is there and is no "));
    CHECK(folder.read(name) == kMine);
  }
  for (int i = 0; i < 2; ++i) {
    CHECK(run_flowrun(folder, {"draw", "value.json", "--output", "value.dot"}).status == 0);
    CHECK(run_flowrun(folder, {"draw", "value.json", "--output", "value.svg"}).status == 0);
    CHECK(run_flowrun(folder, {"fmt", "value.json", "--output", "same.json"}).status == 0);
  }
}
