// Plugins that pass for plugins, and fail when they are loaded or describe themselves.
#include <doctest/doctest.h>

#include "bad_plugins/plugin_folder.h"

namespace {

namespace fs = std::filesystem;
using namespace flowrun;
using namespace flowrun::testing;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kSanitized = true;  // a sanitizer forbids memory limits
#else
constexpr bool kSanitized = false;
#endif

/// The sentence after the quoted path; the same each time it is asked for, and never a manifest.
std::string failure_of_fixture(const std::string& name) {
  const PluginFolder folder;
  const fs::path file = folder.add(name);
  const std::string text = failure_of(file), again = failure_of(file);
  CHECK(text == again);
  CHECK_FALSE(fs::exists(file.string() + ".json"));
  CHECK(thrown_by([&] { write_manifest(file); }) == text);
  const std::string start = "'" + file.string() + "' ";
  REQUIRE_MESSAGE(text.rfind(start, 0) == 0, text);
  return text.substr(start.size());
}

}  // namespace

TEST_CASE("bad_plugins: a library that cannot be loaded keeps the loader's reason") {
  const PluginFolder folder;
  const fs::path file = folder.add("undefined_symbol");
  CHECK(failure_of(file) == "'" + file.string() + "' cannot be loaded: " + file.string() +
                                ": undefined symbol: flowrun_fixture_function_that_nobody_has");
  CHECK_FALSE(is_mapped(file));
}

TEST_CASE("bad_plugins: a plugin whose list of node types fails is refused") {
  CHECK(failure_of_fixture("list_throws") == "could not describe its node types: no list today");
  CHECK(failure_of_fixture("entry_throws") ==
        "could not describe its node types: an exception left its function 'describe'");
  CHECK(failure_of_fixture("no_list") ==
        "is damaged: its flowrun_plugin lacks a function that describes or creates its nodes; rebuild the plugin");
}

TEST_CASE("bad_plugins: a plugin that is another in memory than in its file is refused") {
  CHECK(failure_of_fixture("changes_itself") ==
        "describes itself otherwise in memory than in its file; it was changed while it was loaded, or changes itself");
}

TEST_CASE("bad_plugins: every fault of a description is named, with node type and part") {
  CHECK(failure_of_fixture("no_types") == "describes its node types wrongly: it describes no node type");
  CHECK(failure_of_fixture("wrong_descriptions") ==
        "describes its node types wrongly: node type 'other.node': its name must begin with 'wrong_descriptions.'; "
        "node type 'wrong_descriptions.no_help', input 'volume': its help is empty; "
        "node type 'wrong_descriptions.bad_default', parameter 'size': its default 0 is below its min 1");
}

TEST_CASE("bad_plugins: two plugins of one name are both named, and neither is used") {
  const PluginFolder folder;
  const fs::path one = folder.add("twin_one"), two = folder.add("twin_two");
  Registry registry;
  registry.scan(folder.path());
  const std::string expected = "plugin 'twin' is there more than once: '" + one.string() + "' (1.0.0), '" + two.string() +
                               "' (2.0.0); leave only one of them in the plugin folders";
  for (const char* type : {"twin.both", "twin.first"}) {
    CHECK(registry.find(type) == nullptr);
    CHECK(registry.conflict(type) == expected);
    CHECK(thrown_by([&] { registry.create(type); }) == expected);
  }
  CHECK(registry.types().empty());
  REQUIRE(registry.plugins().size() == 2);
  for (const PluginInfo& plugin : registry.plugins()) CHECK(plugin.failure == expected);
}

TEST_CASE("bad_plugins: a folder of every fixture is scanned to the end, and each file has a reason or is usable") {
  const PluginFolder folder, cache;
  const ScopedVariable variable("XDG_CACHE_HOME", cache.path().c_str());
  std::size_t count = 0;
  for (const auto& file : fs::directory_iterator(FLOWRUN_BAD_PLUGINS)) {
    const std::string stem = file.path().stem().string();
    if (kSanitized && stem == "eats_memory") continue;
    if (file.path().extension() == ".so" && stem != "loops") folder.add(stem), ++count;
  }
  REQUIRE(count > 20);
  Registry registry;
  registry.scan(folder.path());
  REQUIRE(registry.plugins().size() == count);
  for (const PluginInfo& plugin : registry.plugins()) {
    const std::string stem = plugin.file.stem().string();
    const bool usable = stem == "good" || stem == "misbehaving" || stem == "prints" || stem == "unruly" ||
                        stem == "exports_more" || stem == "reaches_out" || stem == "newer";
    CHECK_MESSAGE(plugin.failure.empty() == usable, stem);
  }
}
