#include <doctest/doctest.h>

#include <algorithm>

#include "conformance/built_plugins.h"
#include "support/needs.h"

namespace {

namespace fs = std::filesystem;
using namespace flowrun;
using namespace flowrun::testing;

}  // namespace

TEST_CASE("conformance: every plugin that was built is found and usable" * doctest::test_suite("needs plugins")) {
  const std::vector<std::string> names = names_built();
  if (names.empty()) return flowrun::testing::could_not_run("no plugin was built");
  for (const std::string& name : names) {
    CAPTURE(name);
    const auto& plugins = scanned_plugins().after_scan;
    const auto found =
        std::find_if(plugins.begin(), plugins.end(), [&](const PluginInfo& plugin) { return plugin.name == name; });
    REQUIRE(found != plugins.end());
    CHECK(found->file.filename() == name + ".so");
  }
}

TEST_CASE("conformance: no plugin has a failure, and each has a licence and node types") {
  for (const PluginInfo& plugin : scanned_plugins().after_scan) {
    CAPTURE(plugin.file.string());
    CHECK(plugin.failure == "");
    CHECK_FALSE(plugin.licence.empty());
    CHECK_FALSE(plugin.node_types.empty());
  }
}

TEST_CASE("conformance: the manifest beside each plugin is fresh, so that a scan loads nothing") {
  for (const PluginInfo& plugin : scanned_plugins().after_scan) {
    CAPTURE(plugin.file.string());
    CHECK(fs::is_regular_file(plugin.file.string() + ".json"));
    CHECK_FALSE(plugin.loaded);
  }
}

TEST_CASE("conformance: each plugin exports one symbol") {
  for (const std::string& name : names_built()) {
    CAPTURE(name);
    CHECK(exported_symbols(fs::path(FLOWRUN_TEST_PLUGINS) / (name + ".so")) == std::vector<std::string>{"flowrun_plugin"});
  }
  for (const PluginInfo& plugin : scanned_plugins().after_scan) {
    CAPTURE(plugin.file.string());
    CHECK(exported_symbols(plugin.file) == std::vector<std::string>{"flowrun_plugin"});
  }
}
