// Nodes that break their contract before a run begins. What they do in a run is tested with the engine.
#include <doctest/doctest.h>

#include "bad_plugins/plugin_folder.h"

namespace {

using namespace flowrun;
using namespace flowrun::testing;

struct Misbehaving {
  PluginFolder folder;
  std::filesystem::path file = folder.add("misbehaving");
  Registry registry;
  Misbehaving() { registry.scan(folder.path()); }
  std::string start_of(const std::string& type) const {
    return "node type '" + type + "' of '" + file.string() + "' could not create a node: ";
  }
};

}  // namespace

TEST_CASE("bad_plugins: a create function that throws or gives nothing is said, with node type and file") {
  Misbehaving plugin;
  CHECK(thrown_by([&] { plugin.registry.create("misbehaving.create_throws"); }) ==
        plugin.start_of("misbehaving.create_throws") + "no room for this node");
  CHECK(thrown_by([&] { plugin.registry.create("misbehaving.creates_nothing"); }) ==
        plugin.start_of("misbehaving.creates_nothing") + "it gave none");
}

TEST_CASE("bad_plugins: one node type that cannot be created leaves the others usable") {
  Misbehaving plugin;
  CHECK_THROWS(plugin.registry.create("misbehaving.creates_nothing"));
  for (const std::string& type : plugin.registry.plugins().at(0).node_types) {
    if (type == "misbehaving.create_throws" || type == "misbehaving.creates_nothing") continue;
    CHECK_MESSAGE(plugin.registry.create(type) != nullptr, type);
  }
}
