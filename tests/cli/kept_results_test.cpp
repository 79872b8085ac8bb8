// Results that are kept: nothing that would differ is taken, and what would not differ is not computed again.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <csignal>
#include <random>
#include <thread>

#include "flowrun_process.h"
#include "formula_plugin.h"
#include "kept_setting.h"

using namespace flowrun::testing;
namespace fs = std::filesystem;

namespace {

using Setting = KeptSetting;
using Words = std::vector<std::string>;

void set_times(const fs::path& file, const timespec& access, const timespec& change) {
  const timespec times[] = {access, change};
  REQUIRE(::utimensat(AT_FDCWD, file.c_str(), times, 0) == 0);
}

/// A file of the same size and time with another content.
void forge(const TempFolder& folder, const std::string& name, const std::string& text) {
  const fs::path file = folder.path() / name;
  struct stat before {};
  REQUIRE(::stat(file.c_str(), &before) == 0);
  REQUIRE(static_cast<std::size_t>(before.st_size) == text.size());
  folder.write(name, text);
  set_times(file, before.st_atim, before.st_mtim);
}

/// A run of it waits at "o/begun" for the file "release".
const std::string kWaiting = R"({
  "format": 1,
  "name": "wait",
  "nodes": {
    "make": { "type": "clitest.make", "params": { "value": 7 } },
    "wait": {
      "type": "clitest.wait", "inputs": { "volume": "make.volume" }, "params": { "begun": "${out}/begun", "release": "release" }
    },
    "times": { "type": "formula.multiply", "inputs": { "volume": "wait.volume" }, "run": { "cache": "always" } },
    "write": { "type": "clitest.write", "inputs": { "volume": "times.volume" }, "params": { "path": "${out}/${case}.txt" } }
  }
})";
const Words kWaitingWords{"run", "wait.json", "--case-name", "a", "--out", "o", "--plugin-path", "plugins", "--cache", "kept"};

}  // namespace

TEST_CASE("flowrun run: what has been computed is not computed again, and its figures are in the table all the same") {
  const Setting setting;
  CHECK(setting.kept() == 0);
  CHECK(setting.folder.read("o/a.txt") == "14\n");
  CHECK(setting.entries().size() == 3);
  CHECK(setting.kept() == 4);  // all but the one that writes
  CHECK(contains(setting.run().err, "opening 1 node for 1 case"));
  CHECK(setting.folder.read("o/a.txt") == "14\n");
  const std::string record = setting.folder.read("o/flowrun/cases/a.json");
  CHECK(contains(record, "\"value\": 7"));
  CHECK(contains(record, "\"kept\": true"));
  CHECK(setting.kept({"--set", "repeat=2"}) == 4);  // of the last node
  CHECK(setting.folder.read("o/a.txt") == "14\n14\n");
  CHECK(setting.kept({"--threads", "1", "--cases-in-flight", "5"}) == 4);
}

TEST_CASE("flowrun run --no-cache: every node runs and nothing is kept; FLOWRUN_CACHE=off is the same") {
  const Setting setting;
  CHECK(setting.kept() == 0);
  CHECK(setting.kept({"--no-cache"}) == 0);
  const Ended other =
      run_flowrun(setting.folder, {"run", "kept.json", "--in", "image=image.txt", "--out", "p", "--plugin-path", "plugins"});
  CHECK(other.status == 0);
  CHECK_FALSE(contains(other.out, "kept results"));
}

TEST_CASE("flowrun run: a parameter that changes and changes back") {
  const Setting setting;
  CHECK(setting.kept() == 0);
  CHECK(contains(setting.run({"--in", "value=5"}).err, "since case 'a' ran: input 'value' changed from 7 to 5"));
  CHECK(setting.folder.read("o/a.txt") == "10\n");
  CHECK(setting.kept() == 4);
  CHECK(setting.folder.read("o/a.txt") == "14\n");
}

TEST_CASE("flowrun run: an input that is touched is the same, one that is changed is another, also with its old size and time") {
  const Setting setting;
  CHECK(setting.kept() == 0);
  set_times(setting.folder.path() / "image.txt", {1000, 0}, {1000, 0});
  CHECK(setting.kept() == 4);
  forge(setting.folder, "image.txt", "image 2\n");
  CHECK(setting.kept() == 0);
  forge(setting.folder, "image.txt", "image 1\n");
  CHECK(setting.kept() == 4);
}

TEST_CASE("flowrun run: a model that is replaced by one of the same size and time is another") {
  const Setting setting;
  CHECK(setting.kept() == 0);
  forge(setting.folder, "model.txt", "model 2\n");
  CHECK(setting.kept() == 2);  // read and times; measure, and what is made from it, run
  CHECK(setting.kept() == 4);
}

TEST_CASE("flowrun run: what was computed with another choice of a library's arithmetic is not taken") {
  const Setting setting;
  CHECK(setting.kept() == 0);
  ::setenv("MKL_CBWR", "COMPATIBLE", 1);
  CHECK(setting.kept() == 0);
  CHECK(setting.kept() == 4);
  ::unsetenv("MKL_CBWR");
  CHECK(setting.kept() == 4);
}

TEST_CASE("flowrun run: what a plugin made before it was built again is not taken") {
  const Setting setting;
  CHECK(setting.kept() == 0);
  change_formula(setting.folder, '3');
  CHECK(setting.kept() == 0);
  CHECK(setting.folder.read("o/a.txt") == "21\n");
  change_formula(setting.folder, '2');
  CHECK(setting.kept() == 4);
  CHECK(setting.folder.read("o/a.txt") == "14\n");
}

TEST_CASE("flowrun run: a library below a plugin that was built again counts as the plugin does, here and with --resume") {
  const Setting setting;
  copy_linked_plugin(setting.folder);
  std::string graph = kKeptGraph;
  graph.replace(graph.find("formula.multiply"), 16, "linked.multiply");
  setting.folder.write("kept.json", graph);
  CHECK(setting.kept() == 0);
  CHECK(setting.folder.read("o/a.txt") == "14\n");
  CHECK(setting.kept() == 4);
  change_formula(setting.folder, '3', "plugins/lib/libfactor.so");
  const Ended resumed = setting.run({"--resume"});
  CHECK(contains(resumed.err, "plugin 'linked' was built again (node 'times')"));
  CHECK(setting.folder.read("o/a.txt") == "21\n");
  CHECK(setting.kept() == 4);
  change_formula(setting.folder, '2', "plugins/lib/libfactor.so");
  CHECK(setting.kept() == 4);
  CHECK(setting.folder.read("o/a.txt") == "14\n");
}

TEST_CASE("flowrun run: two plugins with different libraries of one name are refused: a process has the first for both") {
  const Setting setting;
  copy_linked_plugin(setting.folder);
  copy_linked_plugin(setting.folder, "linked_too", "other");
  std::string graph = kKeptGraph;
  graph.replace(graph.find("formula.multiply"), 16, "linked.multiply");
  graph.replace(graph.find("\"volume\": \"times.volume\""), 24, "\"volume\": \"more.volume\"");
  graph.insert(graph.find("\"measure\": {"),
               R"("more": { "type": "linked_too.multiply", "inputs": { "volume": "times.volume" } },)");
  setting.folder.write("kept.json", graph);
  CHECK(setting.run({"--plugin-path", "other"}).status == 0);  // the same library twice
  CHECK(setting.folder.read("o/a.txt") == "28\n");
  change_formula(setting.folder, '3', "other/lib/libfactor.so");
  CHECK(setting.run({"--plugin-path", "other"}).status == 0);  // 'times' is kept, so only one of the two plugins is loaded
  CHECK(setting.folder.read("o/a.txt") == "42\n");
  const Ended refused = setting.run({"--plugin-path", "other", "--no-cache"});
  CHECK(refused.status == 2);
  CHECK(contains(refused.err, "a process has one library of a name"));
  CHECK(setting.run({"--plugin-path", "other", "--until", "times"}, "p").status == 0);
}

TEST_CASE("flowrun run: a case of another name has results of its own: nodes see the name") {
  const Setting setting;
  CHECK(setting.kept() == 0);
  setting.folder.write("cases.csv", "case,image\na,image.txt\nb,image.txt\n");
  const Ended both = run_flowrun(
      setting.folder, {"run", "kept.json", "--cases", "cases.csv", "--out", "o", "--plugin-path", "plugins", "--cache", "kept"});
  CHECK(contains(both.out, "kept results: 4 of 5 nodes did not run"));
  CHECK(setting.folder.read("o/b.txt") == "14\n");
}

TEST_CASE("flowrun run: \"cache\": \"never\" runs its node, and what is made from it") {
  const Setting setting;
  std::string graph = kKeptGraph;
  graph.replace(graph.find("\"always\""), 8, "\"never\"");
  setting.folder.write("kept.json", graph);
  CHECK(setting.kept() == 0);
  CHECK(setting.kept() == 0);
  graph.replace(graph.find("\"never\""), 7, "\"often\"");
  setting.folder.write("kept.json", graph);
  const Ended wrong = setting.run();
  CHECK(wrong.status == 2);
  CHECK(contains(wrong.err, "'cache' takes auto, always or never, found 'often'"));
}

TEST_CASE("flowrun run: a node that says that its results may differ is never kept, nor what is made from it") {
  const Setting setting;
  std::string graph = kKeptGraph;
  graph.replace(graph.find("formula.multiply"), 16, "formula.anyhow");
  setting.folder.write("kept.json", graph);
  const Ended wrong = setting.run();
  CHECK(wrong.status == 2);
  CHECK(contains(wrong.err, "node 'times', run: 'cache' is always, but formula.anyhow may give another result each time"));
  graph.replace(graph.find(", \"run\": { \"cache\": \"always\" }"), 30, "");
  setting.folder.write("kept.json", graph);
  CHECK(setting.kept() == 0);
  CHECK(setting.kept() == 0);
}

TEST_CASE("flowrun run: \"auto\" keeps nothing that is computed as fast as it is read") {
  const Setting setting;
  std::string graph = kKeptGraph;
  for (std::size_t at; (at = graph.find("\"always\"")) != std::string::npos;) graph.replace(at, 8, "\"auto\"");
  setting.folder.write("kept.json", graph);
  CHECK(setting.kept() == 0);
  CHECK(setting.kept() == 0);
  CHECK(setting.folder.read("o/a.txt") == "14\n");
}

TEST_CASE("flowrun run: a damaged result is computed again, said and replaced, wherever it is damaged") {
  const Setting setting;
  CHECK(setting.kept() == 0);
  std::mt19937 random(3);
  for (int round = 0; round < 12; ++round) {
    for (const fs::path& file : setting.entries()) {
      std::string bytes = setting.folder.read(fs::relative(file, setting.folder.path()).string());
      if (round % 4 == 0) bytes.resize(bytes.size() * (random() % 100) / 100);
      else bytes[random() % bytes.size()] ^= static_cast<char>(1 + random() % 255);
      setting.folder.write(fs::relative(file, setting.folder.path()).string(), bytes);
    }
    const Ended again = setting.run();
    CHECK(again.status == 0);
    CHECK(contains(again.err, "its kept result is damaged"));
    CHECK(setting.folder.read("o/a.txt") == "14\n");
    CHECK(setting.kept() == 4);
  }
}

TEST_CASE("flowrun run: a folder of results that takes nothing more is said once, and the results are right") {
  const Setting setting;
  CHECK(setting.kept() == 0);
  fs::remove_all(setting.folder.path() / "kept/results");
  setting.folder.write("kept/results", "a file where a folder should be\n");
  const Ended ended = setting.run();
  CHECK(ended.status == 0);
  CHECK(setting.folder.read("o/a.txt") == "14\n");
  CHECK(contains(ended.err, "no more results are kept in this run: "));
  CHECK(ended.err.find("no more results") == ended.err.rfind("no more results"));
}

TEST_CASE("flowrun run: a folder of results that is removed during a run is made again") {
  const Setting setting;
  setting.folder.write("wait.json", kWaiting);
  FlowrunProcess process(setting.folder, kWaitingWords);
  REQUIRE(wait_for_file(setting.folder.path() / "o/begun"));
  fs::remove_all(setting.folder.path() / "kept");
  setting.folder.write("release", "");
  CHECK(process.end().status == 0);
  CHECK(setting.folder.has("kept/CACHEDIR.TAG"));
  CHECK(contains(run_flowrun(setting.folder, kWaitingWords).out, "kept results: 1 of 4 nodes did not run"));
}

TEST_CASE("flowrun run: two processes at once share the folder") {
  const Setting setting;
  std::string table = "case,image,value\n";
  for (int i = 0; i < 30; ++i) table += "c" + std::to_string(i) + ",image.txt," + std::to_string(i) + "\n";
  setting.folder.write("cases.csv", table);
  const auto words = [](const std::string& out) {
    return Words{"run",           "kept.json", "--cases", "cases.csv", "--out",  out,
                 "--plugin-path", "plugins",   "--cache", "kept",      "--quiet"};
  };
  FlowrunProcess one(setting.folder, words("o")), two(setting.folder, words("p"));
  CHECK(one.end().status == 0);
  CHECK(two.end().status == 0);
  for (int i = 0; i < 30; ++i)
    for (const std::string out : {"o", "p"})
      CHECK(setting.folder.read(out + "/c" + std::to_string(i) + ".txt") == std::to_string(2 * i) + "\n");
  CHECK(setting.entries().size() == 90);
}

TEST_CASE("flowrun run: killed at random moments, and run again, the results are right") {
  const Setting setting;
  std::string table = "case,image,value\n";
  for (int i = 0; i < 40; ++i) table += "c" + std::to_string(i) + ",image.txt," + std::to_string(i) + "\n";
  setting.folder.write("cases.csv", table);
  const Words words{"run",           "kept.json", "--cases", "cases.csv", "--out",  "o",
                    "--plugin-path", "plugins",   "--cache", "kept",      "--quiet"};
  const char* const kills = std::getenv("FLOWRUN_KILLS");
  std::mt19937 random(11);
  for (int i = 0; i < (kills ? std::atoi(kills) : 4); ++i) {
    FlowrunProcess process(setting.folder, words);
    std::this_thread::sleep_for(std::chrono::milliseconds(30 + random() % 300));
    process.send(SIGKILL);
    process.end();
  }
  CHECK(run_flowrun(setting.folder, words).status == 0);
  for (int i = 0; i < 40; ++i) CHECK(setting.folder.read("o/c" + std::to_string(i) + ".txt") == std::to_string(2 * i) + "\n");
  CHECK(run_flowrun(setting.folder, words).status == 0);
  for (const fs::path& file : setting.entries()) CHECK_FALSE(contains(file.filename().string(), ".tmp-"));
}

TEST_CASE("flowrun cache: lists and removes; above its limit a folder loses what was used longest ago") {
  const Setting setting;
  CHECK(setting.kept() == 0);
  const Ended listed = run_flowrun(setting.folder, {"cache", "--cache", "kept"});
  CHECK(listed.status == 0);
  CHECK(contains(listed.out, "3 results"));
  CHECK(contains(listed.out, "formula.multiply"));
  const Ended cleared = run_flowrun(setting.folder, {"cache", "clear", "--cache", "kept"});
  CHECK(cleared.status == 0);
  CHECK(setting.entries().empty());
  CHECK(run_flowrun(setting.folder, {"cache", "burn", "--cache", "kept"}).status == 2);
  CHECK(run_flowrun(setting.folder, {"cache", "clear", "--to", "much", "--cache", "kept"}).status == 2);
  CHECK(setting.kept({"--cache-limit", "1K"}) == 0);
  CHECK(setting.entries().size() < 3);
  CHECK(setting.folder.read("o/a.txt") == "14\n");
}

TEST_CASE("flowrun cache: files that are no kept results are never removed, and no link is followed") {
  const Setting setting;
  setting.folder.write("study/results/p01/lesions.nii", "mine\n");
  const auto run_into = [&](const std::string& cache, const Words& more = {}) {
    Words words{"run",   "kept.json", "--in",          "image=image.txt", "--case-name", "a",
                "--out", "o",         "--plugin-path", "plugins",         "--cache",     cache};
    words.insert(words.end(), more.begin(), more.end());
    return run_flowrun(setting.folder, words);
  };
  const Ended other = run_into("study", {"--cache-limit", "1"});
  CHECK(other.status == 2);
  CHECK(contains(other.err, "has other content; kept results need a folder of their own"));
  CHECK(run_flowrun(setting.folder, {"cache", "clear", "--cache", "study"}).status == 0);
  CHECK(setting.folder.read("study/results/p01/lesions.nii") == "mine\n");
  CHECK(setting.kept() == 0);
  setting.folder.write("kept/results/p01/notes.txt", "mine\n");
  setting.folder.write("precious/notes.txt", "mine\n");
  fs::create_directory_symlink(setting.folder.path() / "precious", setting.folder.path() / "kept/results/aa");
  CHECK(setting.kept({"--cache-limit", "1"}) == 4);
  CHECK(run_flowrun(setting.folder, {"cache", "clear", "--cache", "kept"}).status == 0);
  CHECK(setting.folder.read("kept/results/p01/notes.txt") == "mine\n");
  CHECK(setting.folder.read("precious/notes.txt") == "mine\n");
  CHECK(setting.kept() == 0);
}

TEST_CASE("flowrun run: what is made while a plugin is built again is not kept, and --resume runs it again") {
  const Setting setting;
  setting.folder.write("wait.json", kWaiting);
  FlowrunProcess process(setting.folder, kWaitingWords);
  REQUIRE(wait_for_file(setting.folder.path() / "o/begun"));
  change_formula(setting.folder, '3');
  setting.folder.write("release", "");
  CHECK(process.end().status == 0);
  CHECK_FALSE(fs::exists(setting.folder.path() / "kept/results"));
  Words again = kWaitingWords;
  again.push_back("--resume");
  CHECK(contains(run_flowrun(setting.folder, again).err, "runs again: a"));
  CHECK(setting.folder.read("o/a.txt") == "21\n");
}

TEST_CASE("flowrun run: what is made while a file is changed and put back is not kept: a node may have read it in between") {
  const Setting setting;
  std::string graph = kWaiting;
  graph.replace(graph.find(R"("value": 7)"), 10, R"("value": 7, "file": "${image}")");
  graph.replace(graph.find(R"("nodes")"), 7, R"("inputs": { "image": { "type": "path" } }, "nodes")");
  setting.folder.write("wait.json", graph);
  Words words = kWaitingWords;
  words.insert(words.end(), {"--in", "image=image.txt"});
  FlowrunProcess process(setting.folder, words);
  REQUIRE(wait_for_file(setting.folder.path() / "o/begun"));
  setting.folder.write("image.txt", "image 2\n");
  setting.folder.write("image.txt", "image 1\n");
  setting.folder.write("release", "");
  CHECK(process.end().status == 0);
  CHECK_FALSE(fs::exists(setting.folder.path() / "kept/results"));
}

TEST_CASE("flowrun run: a pipe in the place of a file of the folder is not waited for") {
  const Setting setting;
  CHECK(setting.kept() == 0);
  for (const auto& entry : fs::recursive_directory_iterator(setting.folder.path() / "kept")) {
    if (!entry.is_regular_file() || entry.path().filename() == "CACHEDIR.TAG") continue;
    fs::remove(entry.path());
    REQUIRE(::mkfifo(entry.path().c_str(), 0600) == 0);
  }
  const Ended ended = setting.run();
  CHECK_MESSAGE(ended.status == 0, ended.err);
  CHECK(setting.folder.read("o/a.txt") == "14\n");
}
