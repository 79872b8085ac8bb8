// Plugin folders that others may write, and libraries without a manifest, through the program.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>

#include "flowrun_process.h"
#include "graph_texts.h"

using namespace flowrun::testing;
namespace fs = std::filesystem;

TEST_CASE("flowrun: a plugin folder that others may write is warned of once, whatever the verb, and the verb goes on") {
  const TempFolder folder;
  folder.write("value.json", kValueGraph);
  fs::create_directories(folder.path() / "plugins");
  fs::permissions(folder.path() / "plugins", static_cast<fs::perms>(0777));
  for (const char* verb : {"validate", "describe", "run"}) {
    std::vector<std::string> words{verb, std::string(verb) == "describe" ? "clitest.make" : "value.json", "--plugin-path",
                                   "plugins"};
    const Ended ended = run_flowrun(folder, words);
    CHECK(ended.status == 0);
    const std::string sentence = "can be written by others than you and root, who could make flowrun run code of theirs";
    const std::size_t at = ended.err.find(sentence);
    CHECK(at != std::string::npos);
    CHECK(ended.err.find(sentence, at + 1) == std::string::npos);
    CHECK(contains(ended.err, "chmod go-w"));
  }
  fs::permissions(folder.path() / "plugins", static_cast<fs::perms>(0755));
  CHECK(run_flowrun(folder, {"validate", "value.json", "--plugin-path", "plugins"}).err == "");
}

TEST_CASE(
    "flowrun: looking at a folder with a library that writes, starts and connects when it is loaded leaves no trace of it") {
  const TempFolder folder;
  fs::create_directories(folder.path() / "plugins");
  fs::create_directories(folder.path() / "target");
  fs::copy_file(std::string(FLOWRUN_BAD_PLUGINS) + "/reaches_out.so", folder.path() / "plugins/reaches_out.so");
  folder.write("target/precious", "as it was\n");
  folder.write("value.json", kValueGraph);
  setenv("FLOWRUN_FIXTURE_TARGET", (folder.path() / "target").c_str(), 1);
  for (const char* verb : {"validate", "nodes", "plugins", "draw", "schema"}) {
    fs::remove(folder.path() / "plugins/reaches_out.so.json");
    std::vector<std::string> words{verb, "--plugin-path", "plugins"};
    if (std::string(verb) == "validate" || std::string(verb) == "draw") words.push_back("value.json");
    CAPTURE(verb);
    CHECK(run_flowrun(folder, words).status == 0);
    CHECK(folder.has("plugins/reaches_out.so.json"));
    CHECK(std::distance(fs::directory_iterator(folder.path() / "target"), {}) == 1);
    CHECK(folder.read("target/precious") == "as it was\n");
  }
  unsetenv("FLOWRUN_FIXTURE_TARGET");
}
