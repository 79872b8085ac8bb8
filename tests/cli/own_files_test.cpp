// The files that flowrun keeps for itself are opened through no link, and change no file of somebody else.
#include <doctest/doctest.h>
#include <sys/stat.h>

#include "flowrun_process.h"
#include "graph_texts.h"

using namespace flowrun::testing;
namespace fs = std::filesystem;

namespace {

const std::string kMine = "mine, with a line end\n";

Ended run_one(const TempFolder& folder, const std::vector<std::string>& more = {}) {
  std::vector<std::string> words{"run", "value.json", "--cases", "cases.csv", "--out", "o"};
  words.insert(words.end(), more.begin(), more.end());
  return run_flowrun(folder, words);
}

void write_one(const TempFolder& folder) {
  folder.write("value.json", kValueGraph);
  folder.write("cases.csv", "case,value\na,1\nb,2\n");
}

/// A run whose case a fails in its writing node, so that what the node had is kept for replay.
void run_failing(const TempFolder& folder) {
  folder.write("fail.json", R"({"format": 1, "name": "fail", "nodes": {
    "make": {"type": "clitest.make", "params": {"value": 1}},
    "write": {"type": "clitest.write", "inputs": {"volume": "make.volume"}, "params": {"path": "${out}/no/${case}.txt"}}}})");
  folder.write("o/no", "a file where a folder should be");
  REQUIRE(run_flowrun(folder, {"run", "fail.json", "--case-name", "a", "--out", "o"}).status == 1);
}

}  // namespace

TEST_CASE("flowrun run: a link in place of one of flowrun's own files is refused, and its target stays") {
  for (const std::string name : {"flowrun/lock", "flowrun/graph", "flowrun/cases.txt", "flowrun/cases/a.json", "flowrun/run.json",
                                 "cases.csv", "report.html", "flowrun-run.json"}) {
    const TempFolder folder;
    write_one(folder);
    const fs::path target = folder.write("target.txt", kMine);
    const fs::path link = folder.path() / "o" / name;
    fs::create_directories(link.parent_path());
    fs::create_symlink(target, link);
    const Ended ended = run_one(folder);
    INFO(name, ": ", ended.err);
    CHECK(ended.status == 2);
    CHECK(contains(ended.err, "'o/" + name + "' is a symbolic link, and flowrun reads and writes its own files through none"));
    CHECK(folder.read("target.txt") == kMine);
    CHECK(fs::is_symlink(link));
    CHECK_FALSE(folder.has("o/a_value.txt"));
  }
}

TEST_CASE("flowrun: a named pipe in place of one of flowrun's own files is refused by every verb that reads it, and not waited for") {
  const std::vector<std::vector<std::string>> all{{}, {"--resume"}, {"--retry-failed"}, {"--resume", "--dry-run"}};
  for (const std::string name : {"flowrun/lock", "flowrun/graph", "flowrun/cases.txt", "flowrun/cases/a.json", "flowrun/run.json",
                                 "cases.csv", "report.html", "flowrun-run.json"}) {
    const TempFolder folder;
    write_one(folder);
    REQUIRE(run_one(folder).status == 0);
    const fs::path pipe = folder.path() / "o" / name;
    fs::remove(pipe);
    REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
    for (const auto& more : all) {
      if (name == "flowrun/lock" && more.size() == 2) continue;  // a look takes no lock
      const Ended ended = run_one(folder, more);
      INFO(name, ": ", ended.err);
      CHECK(ended.status == 2);
      CHECK(contains(ended.err, "'o/" + name + "' is "));
      CHECK(contains(ended.err, "no plain file; flowrun keeps that name for itself: remove it, or choose another output folder"));
    }
    CHECK(fs::is_fifo(pipe));
  }
}

TEST_CASE("flowrun merge, replay: a named pipe in place of what they read is refused, and not waited for") {
  for (const std::string name : {"flowrun/cases.txt", "flowrun/cases/a.json", "flowrun/run.json", "cases.csv", "report.html"}) {
    const TempFolder folder;
    write_one(folder);
    REQUIRE(run_one(folder).status == 0);
    const fs::path pipe = folder.path() / "o" / name;
    fs::remove(pipe);
    REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
    const Ended merged = run_flowrun(folder, {"merge", "o"});
    INFO(name, ": ", merged.out, merged.err);
    CHECK(merged.status == (name == "flowrun/cases/a.json" ? 1 : 2));
    CHECK(contains(merged.err, name == "flowrun/cases/a.json" ? "record: it is a named pipe, no plain file" : "is a named pipe, no plain file; flowrun keeps"));
    if (name != "flowrun/cases/a.json") continue;
    const Ended replayed = run_flowrun(folder, {"replay", "a", "--results", "o"});
    CHECK(replayed.status == 2);
    CHECK(contains(replayed.err, "it is a named pipe, no plain file"));
  }
}

TEST_CASE("flowrun replay: a named pipe in place of the description or of a packet is refused, and not waited for") {
  const TempFolder folder;
  run_failing(folder);
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder.path() / "o/flowrun/replay/a"))
    if (entry.is_regular_file()) files.push_back(entry.path());
  REQUIRE(files.size() >= 2);
  for (const fs::path& file : files) {
    fs::rename(file, folder.path() / "kept");
    REQUIRE(::mkfifo(file.c_str(), 0600) == 0);
    const Ended ended = run_flowrun(folder, {"replay", "a", "--results", "o"});
    INFO(file.filename().string(), ": ", ended.err);
    CHECK(ended.status == 2);
    CHECK(contains(ended.err, "is a named pipe, no plain file"));
    fs::remove(file);
    fs::rename(folder.path() / "kept", file);
  }
}

TEST_CASE("flowrun run: a link in place of one of flowrun's own folders is refused, and nothing goes there") {
  for (const std::string name : {"flowrun", "flowrun/cases", "flowrun/replay", "flowrun/replay/a"}) {
    const TempFolder folder;
    write_one(folder);
    fs::create_directories(folder.path() / "elsewhere");
    const fs::path link = folder.path() / "o" / name;
    fs::create_directories(link.parent_path());
    fs::create_directory_symlink(folder.path() / "elsewhere", link);
    const Ended ended = run_one(folder);
    CHECK(ended.status == 2);
    CHECK(contains(ended.err, "'o/" + name + "' is a symbolic link"));
    CHECK(fs::is_empty(folder.path() / "elsewhere"));
    CHECK(run_one(folder, {"--resume", "--dry-run"}).status == 2);
  }
}

TEST_CASE("flowrun run --shard: neither the shard's lock nor the number of shards is written through a link") {
  for (const std::string name : {"flowrun/shards", "flowrun/lock.shard-1-of-2"}) {
    const TempFolder folder;
    write_one(folder);
    const fs::path target = folder.write("target.txt", "");  // an empty one would be written to
    fs::create_directories(folder.path() / "o/flowrun");
    fs::create_symlink(target, folder.path() / "o" / name);
    const Ended ended = run_one(folder, {"--shard", "1/2"});
    CHECK(ended.status == 2);
    CHECK(contains(ended.err, "'o/" + name + "' is a symbolic link"));
    CHECK(folder.read("target.txt").empty());
  }
}

TEST_CASE("flowrun run: a lock that is somebody else's file, by its content or by a second name, is not emptied") {
  const TempFolder folder;
  write_one(folder);
  const fs::path target = folder.write("target.txt", kMine);
  fs::create_directories(folder.path() / "o/flowrun");
  fs::create_hard_link(target, folder.path() / "o/flowrun/lock");
  const Ended linked = run_one(folder);
  CHECK(linked.status == 2);
  CHECK(contains(linked.err, "'o/flowrun/lock' has a second name somewhere (a hard link)"));
  CHECK(folder.read("target.txt") == kMine);
  fs::remove(folder.path() / "o/flowrun/lock");
  folder.write("o/flowrun/lock", kMine);
  const Ended foreign = run_one(folder);
  CHECK(foreign.status == 2);
  CHECK(contains(foreign.err, "'o/flowrun/lock' was not written by flowrun"));
  CHECK(folder.read("o/flowrun/lock") == kMine);
}

TEST_CASE("flowrun merge: a link in place of the table or the page is refused") {
  const TempFolder folder;
  write_one(folder);
  REQUIRE(run_one(folder).status == 0);
  for (const std::string name : {"cases.csv", "report.html"}) {
    const fs::path target = folder.write("target.txt", kMine), file = folder.path() / "o" / name;
    fs::rename(file, folder.path() / "kept");
    fs::create_symlink(target, file);
    const Ended ended = run_flowrun(folder, {"merge", "o"});
    CHECK(ended.status == 2);
    CHECK(contains(ended.err, "'o/" + name + "' is a symbolic link"));
    CHECK(folder.read("target.txt") == kMine);
    fs::remove(file);
    fs::rename(folder.path() / "kept", file);
  }
}

TEST_CASE("flowrun replay: a record whose packets lie elsewhere, or behind a link, is refused") {
  const TempFolder folder;
  run_failing(folder);
  REQUIRE(folder.has("o/flowrun/replay/a/replay.json"));
  const std::string record = folder.read("o/flowrun/cases/a.json"), kept = "\"replay\": \"flowrun/replay/a\"";
  REQUIRE(contains(record, kept));
  for (const std::string other : {"flowrun/../../elsewhere", "/tmp/elsewhere", "../elsewhere"}) {
    std::string changed = record;
    changed.replace(changed.find(kept), kept.size(), "\"replay\": \"" + other + "\"");
    folder.write("o/flowrun/cases/a.json", changed);
    const Ended ended = run_flowrun(folder, {"replay", "a", "--results", "o"});
    CHECK(ended.status == 2);
    CHECK(contains(ended.err, "says that its packets lie in '" + other + "'"));
  }
  folder.write("o/flowrun/cases/a.json", record);
  fs::rename(folder.path() / "o/flowrun/replay/a", folder.path() / "elsewhere");
  fs::create_directory_symlink(folder.path() / "elsewhere", folder.path() / "o/flowrun/replay/a");
  CHECK(contains(run_flowrun(folder, {"replay", "a", "--results", "o"}).err, "is a symbolic link"));
  CHECK_FALSE(fs::exists(folder.path() / "elsewhere/out"));
}
