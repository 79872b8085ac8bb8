#include "flowrun/host/registry.h"

#include <doctest/doctest.h>

#include "bad_plugins/plugin_folder.h"
#include "flowrun/sdk/error.h"
#include "registry/manifest_store.h"

namespace {

namespace fs = std::filesystem;
using namespace flowrun;
using namespace flowrun::testing;

/// A manifest for a library in a folder without loading that library here: made from a copy elsewhere.
void give_manifest(const fs::path& library, const std::string& fixture) {
  const PluginFolder elsewhere;
  const fs::path copy = elsewhere.add(fixture);
  write_manifest(copy);
  fs::last_write_time(copy, fs::last_write_time(library));
  fs::copy_file(registry::manifest_beside(copy), registry::manifest_beside(library));
}

/// The good plugin with a manifest, never loaded from here yet.
struct Fresh {
  PluginFolder folder;
  fs::path library = folder.add("good");
  Registry registry;
  Fresh() {
    give_manifest(library, "good");
    registry.scan(folder.path());
  }
  const PluginInfo& info() const { return registry.plugins().at(0); }
};

NodeType own_type(const std::string& name) {
  return {.name = name, .summary = "Of the test", .create = []() -> std::unique_ptr<Node> { return std::make_unique<Node>(); }};
}

}  // namespace

TEST_CASE("registry: a scan reads manifests and loads nothing") {
  Fresh fresh;
  CHECK_FALSE(is_mapped(fresh.library));
  REQUIRE(fresh.registry.plugins().size() == 1);
  CHECK(fresh.info().failure == "");
  CHECK_FALSE(fresh.info().loaded);
  CHECK(fresh.info().file == fresh.library);
  CHECK(fresh.info().name == "good");
  CHECK(fresh.info().version == "1.2.3");
  CHECK(fresh.info().licence == "Apache-2.0 OR MIT");
  CHECK(fresh.info().node_types == std::vector<std::string>{"good.copy", "good.gather"});
}

TEST_CASE("registry: find, types and conflict load nothing") {
  Fresh fresh;
  const RegisteredType* type = fresh.registry.find("good.copy");
  REQUIRE(type != nullptr);
  CHECK(type->plugin == "good");
  CHECK(type->plugin_version == "1.2.3");
  CHECK(type->library == fresh.library);
  CHECK_FALSE(bool(type->type.create));
  CHECK(fresh.registry.find("good.nothing") == nullptr);
  CHECK(fresh.registry.types().size() == 2);
  CHECK(fresh.registry.conflict("good.copy") == "");
  CHECK_FALSE(is_mapped(fresh.library));
}

TEST_CASE("registry: create loads the library, and it stays when the registry is gone") {
  PluginFolder folder;
  const fs::path library = folder.add("good");
  give_manifest(library, "good");
  std::unique_ptr<Node> node;
  {
    Registry registry;
    registry.scan(folder.path());
    node = registry.create("good.copy");
    REQUIRE(node != nullptr);
    CHECK(is_mapped(library));
    CHECK(registry.plugins().at(0).loaded);
    CHECK(bool(registry.find("good.copy")->type.create));
    CHECK(bool(registry.find("good.gather")->type.create));
  }
  node.reset();
  CHECK(is_mapped(library));
}

TEST_CASE("registry: a library without a manifest is described by another process and then has one") {
  const PluginFolder folder;
  const FixtureMark mark;
  const fs::path library = folder.add("good");
  Registry registry;
  registry.scan(folder.path());
  CHECK(mark.count() == 1);
  CHECK_FALSE(registry.plugins().at(0).loaded);
  CHECK_FALSE(is_mapped(library));
  CHECK(registry.find("good.copy") != nullptr);
  CHECK(registry.create("good.copy") != nullptr);
  CHECK(fs::is_regular_file(registry::manifest_beside(library)));
}

TEST_CASE("registry: an unknown type is said") {
  Registry registry;
  CHECK(thrown_by([&] { registry.create("good.copy"); }) == "no plugin offers node type 'good.copy'");
}

TEST_CASE("registry: a library that is not what its manifest says is refused, and stays refused") {
  PluginFolder folder;
  const fs::path library = folder.add("good");
  give_manifest(library, "good");
  const fs::path manifest = registry::manifest_beside(library);
  std::string text = read_text(manifest);
  text.replace(text.find("Passes a volume on"), 6, "Throws");
  write_text(manifest, text);
  Registry registry;
  registry.scan(folder.path());
  const std::string expected = "'" + library.string() + "' describes itself otherwise than its manifest does; remove '" +
                               manifest.string() + "' and start again";
  CHECK(thrown_by([&] { registry.create("good.copy"); }) == expected);
  CHECK(thrown_by([&] { registry.create("good.gather"); }) == expected);
  CHECK(registry.plugins().at(0).failure == expected);
  CHECK(registry.plugins().at(0).loaded);
}

TEST_CASE("registry: a library that was replaced after the scan is refused before it is loaded") {
  Fresh fresh;
  fs::copy_file(fs::path(FLOWRUN_BAD_PLUGINS) / "twin_one.so", fresh.library, fs::copy_options::overwrite_existing);
  CHECK(thrown_by([&] { fresh.registry.create("good.copy"); }) ==
        "'" + fresh.library.string() + "' is not the library that its manifest describes; remove '" + fresh.library.string() +
            ".json' and start again");
  CHECK_FALSE(is_mapped(fresh.library));
}

TEST_CASE("registry: a library that was replaced after it was described in this process is refused") {
  const PluginFolder folder;
  const fs::path library = folder.add("good");
  Registry registry;
  registry.scan(folder.path());
  fs::remove(library);
  fs::copy_file(fs::path(FLOWRUN_BAD_PLUGINS) / "twin_one.so", library);
  CHECK(thrown_by([&] { registry.create("good.copy"); }) ==
        "'" + library.string() + "' is not the library that its manifest describes; start again");
}

TEST_CASE("registry: a library that was removed after the scan is refused") {
  Fresh fresh;
  fs::remove(fresh.library);
  CHECK(thrown_by([&] { fresh.registry.create("good.copy"); }) == "'" + fresh.library.string() + "' does not exist");
}

TEST_CASE("registry: a library that changes after it was loaded is refused to the next registry") {
  const PluginFolder folder;
  const fs::path library = folder.add("twin_one");
  const auto create = [&] {
    Registry registry;
    registry.scan(folder.path());
    registry.create("twin.both");
  };
  CHECK(thrown_by(create) == "");
  fs::remove(library);  // a linker writes a new file, it does not write into the old one
  fs::copy_file(fs::path(FLOWRUN_BAD_PLUGINS) / "twin_two.so", library);
  CHECK(thrown_by(create) ==
        "'" + library.string() + "' changed after it was loaded; start the program again to use the new one");
}

TEST_CASE("registry: the same file found again, and a copy of it, are silently left out") {
  Fresh fresh;
  const PluginFolder other;
  fs::create_symlink(fresh.library, other.path() / "link.so");
  const fs::path copy = other.add("good", "copy");
  give_manifest(copy, "good");
  fresh.registry.scan(fresh.folder.path() / "." / "");
  fresh.registry.add_library(fresh.library);
  fresh.registry.scan(other.path());
  REQUIRE(fresh.registry.plugins().size() == 1);
  CHECK(fresh.info().failure == "");
  CHECK(fresh.registry.find("good.copy")->library == fresh.library);
}

TEST_CASE("registry: a missing folder is no fault, a file in its place is") {
  const PluginFolder folder;
  Registry registry;
  registry.scan(folder.path() / "nowhere");
  CHECK(registry.plugins().empty());
  const fs::path file = folder.write("file", "");
  registry.scan(file);
  REQUIRE(registry.plugins().size() == 1);
  CHECK(registry.plugins()[0].failure == "plugin folder '" + file.string() + "' cannot be read: Not a directory");
}

TEST_CASE("registry: a scan looks at *.so files only, and keeps those that are no plugin with the reason") {
  const PluginFolder folder;
  folder.write("readme.txt", "text");
  folder.write("liblink.so.1", "text");
  const fs::path stray = folder.add("no_entry");
  Registry registry;
  registry.scan(folder.path());
  REQUIRE(registry.plugins().size() == 1);
  CHECK(registry.plugins()[0].failure ==
        "'" + stray.string() + "' is a shared library but not a flowrun plugin: it does not export 'flowrun_plugin'");
}

TEST_CASE("registry: add_library takes a file of any name") {
  const PluginFolder folder;
  const fs::path library = folder.add("good");
  fs::rename(library, folder.path() / "good.plugin");
  Registry registry;
  registry.add_library(folder.path() / "good.plugin");
  CHECK(registry.find("good.copy") != nullptr);
}

TEST_CASE("registry: an application's own types are found and created") {
  Registry registry;
  registry.add_type(own_type("test.source"));
  registry.add_type(own_type("a.first"), "mine");
  CHECK(registry.find("test.source")->plugin == "builtin");
  CHECK(registry.create("test.source") != nullptr);
  REQUIRE(registry.types().size() == 2);
  CHECK(registry.types()[0]->type.name == "a.first");
  CHECK(registry.plugins().empty());
}

TEST_CASE("registry: an own type without a create function can be described but not created") {
  Registry registry;
  NodeType type = own_type("test.source");
  type.create = nullptr;
  registry.add_type(type);
  CHECK(registry.find("test.source") != nullptr);
  CHECK(thrown_by([&] { registry.create("test.source"); }) ==
        "node type 'test.source' of the application's own 'builtin' has no function that creates its nodes");
}

TEST_CASE("registry: a type that the application and a plugin offer is a conflict, the plugin's others are not") {
  Fresh fresh;
  fresh.registry.add_type(own_type("good.copy"));
  CHECK(fresh.registry.find("good.copy") == nullptr);
  CHECK(fresh.registry.conflict("good.copy") == "node type 'good.copy' is offered more than once: by '" + fresh.library.string() +
                                                    "' and by the application's own 'builtin'; leave only one of them");
  CHECK(fresh.registry.find("good.gather") != nullptr);
  CHECK(fresh.registry.types().size() == 1);
}

TEST_CASE("registry: can be moved") {
  Fresh fresh;
  Registry moved = std::move(fresh.registry);
  CHECK(moved.find("good.copy") != nullptr);
}
