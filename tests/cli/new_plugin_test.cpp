// What `flowrun new-plugin` writes and refuses; tests/install_consumer builds and runs what it writes.
#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <regex>
#include <sstream>

#include "flowrun_process.h"

using namespace flowrun::testing;
namespace fs = std::filesystem;

namespace {

/// The helper's own files, the output of flowrun, are no folders.
std::ptrdiff_t folders_in(const TempFolder& folder) {
  return std::count_if(fs::directory_iterator(folder.path()), fs::directory_iterator(),
                       [](const fs::directory_entry& entry) { return entry.is_directory(); });
}

std::string error_of(const std::vector<std::string>& arguments) {
  const TempFolder folder;
  std::vector<std::string> words{"new-plugin"};
  words.insert(words.end(), arguments.begin(), arguments.end());
  const Ended ended = run_flowrun(folder, words);
  CHECK(ended.status == 2);
  CHECK(ended.out.empty());
  CHECK(folders_in(folder) == 0);
  return ended.err;
}

std::string text_of(const fs::path& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

}  // namespace

TEST_CASE("flowrun new-plugin: makes a whole project and says what to do next") {
  const TempFolder folder;
  const Ended ended = run_flowrun(folder, {"new-plugin", "bright", "--node", "brighten", "--node", "darken"});
  INFO(ended.err);
  REQUIRE(ended.status == 0);
  for (const char* file : {"CMakeLists.txt", "README.md", ".gitignore", ".clang-format", ".github/workflows/build.yml",
                           "src/plugin.cpp", "src/brighten.h", "src/brighten.cpp", "src/darken.cpp", "tests/main.cpp",
                           "tests/brighten_test.cpp", "tests/darken_test.cpp", "graphs/brighten.json", "graphs/darken.json"})
    CHECK_MESSAGE(folder.has(std::string("bright/") + file), file);
  CHECK(contains(folder.read("bright/src/plugin.cpp"), "return {brighten_type(), darken_type()};"));
  CHECK(contains(ended.out, "bright: a plugin with the node types bright.brighten, bright.darken. Next:"));
  CHECK(contains(ended.out, "flowrun run graphs/darken.json --plugin-path build/lib/flowrun/plugins --out out"));
  CHECK(folders_in(folder) == 1);
}

TEST_CASE("flowrun new-plugin: every kind has a node of under 40 lines, and no name is left open") {
  const std::regex open_name("@[A-Z_]+@");
  for (const std::string kind : {"map", "stream", "collect", "source", "sink"})
    for (const std::string library : {"", "itk", "torch"}) {
      const TempFolder folder;
      std::vector<std::string> words{"new-plugin", "fresh", "--node", "one", "--kind", kind};
      if (!library.empty()) words.insert(words.end(), {"--with", library});
      INFO(kind << " " << library);
      REQUIRE(run_flowrun(folder, words).status == 0);
      for (const auto& entry : fs::recursive_directory_iterator(folder.path() / "fresh"))
        if (entry.is_regular_file()) CHECK_MESSAGE(!std::regex_search(text_of(entry.path()), open_name), entry.path().string());
      const std::string code = folder.read("fresh/src/one.cpp");
      CHECK(std::count(code.begin(), code.end(), '\n') < 40);
      CHECK(contains(code, "fresh.one"));
      CHECK(contains(folder.read("fresh/CMakeLists.txt"), "plugin_library") == !library.empty());
    }
}

TEST_CASE("flowrun new-plugin: names are checked, all at once") {
  CHECK(error_of({"Bright", "--node", "a-b", "--kind", "mapp", "--with", "itkk"}) ==
        "flowrun: the plugin's name 'Bright' is not in snake_case: a lower-case letter, then lower-case letters, digits and '_'\n"
        "flowrun: --kind takes map, stream, collect, source, sink; found 'mapp'; did you mean 'map'?\n"
        "flowrun: --with takes itk, torch; found 'itkk'; did you mean 'itk'?\n"
        "flowrun: the node name 'a-b' is not in snake_case: a lower-case letter, then lower-case letters, digits and '_'\n");
  CHECK(error_of({"../escape"}).find("is not in snake_case") != std::string::npos);
  CHECK(error_of({"flowrun"}) == "flowrun: the plugin's name 'flowrun' is taken; choose another\n");
  CHECK(error_of({"bright", "--node", "plugin"}) == "flowrun: the node name 'plugin' is taken; choose another\n");
  CHECK(error_of({"bright", "--node", "one", "--node", "one"}) == "flowrun: the node name 'one' is taken; choose another\n");
  CHECK(contains(error_of({std::string(41, 'a')}), "is longer than 40 letters"));
  CHECK(error_of({}) == "flowrun: 'new-plugin' needs the argument NAME\nSee 'flowrun new-plugin --help'.\n");
}

TEST_CASE("flowrun new-plugin: an unknown kind is one sentence") {
  CHECK(error_of({"bright", "--kind", "mapp"}) ==
        "flowrun: --kind takes map, stream, collect, source, sink; found 'mapp'; did you mean 'map'?\n");
}

TEST_CASE("flowrun new-plugin: the name of a plugin that is installed is refused") {
  const std::string text = error_of({"clitest"});
  CHECK(contains(text, "flowrun: a plugin 'clitest' is installed already ('"));
  CHECK(contains(text, "clitest.so'), and two of one name cannot be used together; choose another name\n"));
}

TEST_CASE("flowrun new-plugin: what is there is never overwritten, be it a folder, a file or a link") {
  const std::string refusal =
      "flowrun: 'bright' exists already and is left as it is; choose another name, or work in another folder\n";
  const TempFolder with_folder, with_file, with_link;
  fs::create_directory(with_folder.path() / "bright");
  CHECK(run_flowrun(with_folder, {"new-plugin", "bright"}).err == refusal);
  CHECK(fs::is_empty(with_folder.path() / "bright"));
  with_file.write("bright", "mine");
  CHECK(run_flowrun(with_file, {"new-plugin", "bright"}).err == refusal);
  CHECK(with_file.read("bright") == "mine");
  fs::create_symlink("nowhere", with_link.path() / "bright");
  CHECK(run_flowrun(with_link, {"new-plugin", "bright"}).err == refusal);
  CHECK(fs::is_symlink(with_link.path() / "bright"));
}

TEST_CASE("flowrun new-node: adds a node with its test and graph to a plugin, and names it where the plugin lists its nodes") {
  const TempFolder folder;
  REQUIRE(run_flowrun(folder, {"new-plugin", "bright", "--node", "brighten"}).status == 0);
  const Ended added = run_flowrun(folder, {"new-node", "sizes", "--plugin", "bright", "--kind", "collect"});
  INFO(added.err);
  CHECK(added.status == 0);
  CHECK(contains(added.out, "the node type bright.sizes is in src/sizes.cpp"));
  for (const char* file : {"src/sizes.h", "src/sizes.cpp", "tests/sizes_test.cpp", "graphs/sizes.json"})
    CHECK_MESSAGE(folder.has(std::string("bright/") + file), file);
  // Both at once give the same.
  REQUIRE(run_flowrun(folder, {"new-node", "darken", "--plugin", "bright"}).status == 0);
  const TempFolder whole;
  REQUIRE(run_flowrun(whole, {"new-plugin", "bright", "--node", "brighten", "--node", "sizes", "--node", "darken"}).status == 0);
  for (const char* file : {"CMakeLists.txt", "src/plugin.cpp", "src/darken.cpp", "graphs/darken.json"})
    CHECK_MESSAGE(folder.read(std::string("bright/") + file) == whole.read(std::string("bright/") + file), file);
}

TEST_CASE("flowrun new-node: what is in the way is named, and nothing is changed") {
  const TempFolder folder;
  REQUIRE(run_flowrun(folder, {"new-plugin", "bright", "--node", "brighten"}).status == 0);
  const std::string build = folder.read("bright/CMakeLists.txt"), list = folder.read("bright/src/plugin.cpp");
  const auto refusal = [&](std::vector<std::string> words) {
    words.insert(words.begin(), {"new-node"});
    const Ended ended = run_flowrun(folder, words);
    CHECK(ended.status == 2);
    CHECK(folder.read("bright/CMakeLists.txt") == build);
    CHECK_FALSE(folder.has("bright/src/darken.cpp"));
    return ended.err;
  };
  CHECK(contains(refusal({"darken"}), "'./CMakeLists.txt' is missing, so '.' is no plugin's folder"));
  CHECK(contains(refusal({"Darken", "--plugin", "bright"}), "is not in snake_case"));
  CHECK(contains(refusal({"brighten", "--plugin", "bright"}), "the plugin has a node 'brighten' already"));
  CHECK(contains(refusal({"darken", "--plugin", "bright", "--with", "itk"}), "the plugin does not use a library yet"));
  folder.write("bright/graphs/darken.json", "mine");
  CHECK(contains(refusal({"darken", "--plugin", "bright"}), "exists already and is left as it is"));
  CHECK(folder.read("bright/graphs/darken.json") == "mine");
  fs::remove(folder.path() / "bright/graphs/darken.json");
  folder.write("bright/src/plugin.cpp", "// my own\n");
  CHECK(contains(refusal({"darken", "--plugin", "bright"}), "so the node cannot be added there; nothing was changed"));
}
