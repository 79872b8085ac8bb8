#include <doctest/doctest.h>

#include "bad_plugins/plugin_folder.h"

namespace {

namespace fs = std::filesystem;
using namespace flowrun;
using namespace flowrun::testing;
using Paths = std::vector<fs::path>;

const fs::path kBesideProgram = fs::read_symlink("/proc/self/exe").parent_path().parent_path() / "lib" / "flowrun" / "plugins";

}  // namespace

TEST_CASE("search_path: folders given come first, then the environment's, then the one beside the program") {
  const ScopedVariable variable("FLOWRUN_PLUGIN_PATH", "/env/one:/env/two");
  CHECK(plugin_search_path({"/given"}) == Paths{"/given", "/env/one", "/env/two", kBesideProgram});
}

TEST_CASE("search_path: without an environment there are the others") {
  const ScopedVariable variable("FLOWRUN_PLUGIN_PATH", nullptr);
  CHECK(plugin_search_path({}) == Paths{kBesideProgram});
}

TEST_CASE("search_path: empty entries and repetitions are left out, however they are written") {
  const PluginFolder folder;
  const std::string text = ":" + folder.path().string() + "/::/env/x/../one:/env/one:";
  const ScopedVariable variable("FLOWRUN_PLUGIN_PATH", text.c_str());
  fs::create_directory(folder.path() / "a");
  CHECK(plugin_search_path({folder.path(), folder.path() / "a" / ".."}) == Paths{folder.path(), "/env/x/../one", kBesideProgram});
}
