#include "registry/manifest_store.h"

#include <doctest/doctest.h>

#include <chrono>

#include "bad_plugins/plugin_folder.h"
#include "registry/describe.h"

namespace {

namespace fs = std::filesystem;
using namespace flowrun;
using namespace flowrun::registry;
using namespace flowrun::testing;

/// The good plugin with its manifest, and a cache folder that nobody else uses.
struct Described {
  PluginFolder folder, cache;
  ScopedVariable variable{"XDG_CACHE_HOME", cache.path().c_str()};
  fs::path library = folder.add("good");
  fs::path beside = manifest_beside(library);
  Described() { describe_library(library); }

  /// As a linker does it: a new file, because the old one is mapped into this process.
  void replace(const std::string& bytes) const {
    fs::remove(library);
    write_text(library, bytes);
  }
  void touch() const { fs::last_write_time(library, fs::last_write_time(library) + std::chrono::hours(1)); }
  /// Changes the content and keeps the size.
  void change_a_byte() const {
    const fs::file_time_type time = fs::last_write_time(library);
    std::string bytes = read_text(library);
    bytes.back() = static_cast<char>(bytes.back() ^ 1);
    replace(bytes);
    fs::last_write_time(library, time);
  }
};

/// Makes writing beside the library impossible, for root too: a folder that is not empty stands where the manifest would be.
void block(const fs::path& manifest) {
  fs::remove(manifest);
  fs::create_directories(manifest / "taken");
}

}  // namespace

TEST_CASE("manifest_store: a manifest is named after its library and lies beside it") {
  CHECK(manifest_beside("/a/b/good.so") == "/a/b/good.so.json");
  const Described plugin;
  CHECK(fs::is_regular_file(plugin.beside));
  CHECK(fs::is_empty(plugin.cache.path()));
}

TEST_CASE("manifest_store: equal size and time are trusted") {
  const Described plugin;
  plugin.change_a_byte();
  CHECK(find_manifest(plugin.library).has_value());
}

TEST_CASE("manifest_store: where only the time differs, equal content is trusted and the new time written") {
  const Described plugin;
  const std::string before = read_text(plugin.beside);
  plugin.touch();
  const std::optional<Manifest> found = find_manifest(plugin.library);
  REQUIRE(found.has_value());
  CHECK(found->stamp == stamp_of(plugin.library));
  CHECK(read_text(plugin.beside) != before);
  plugin.change_a_byte();  // found by size and time again, or this would show
  CHECK(find_manifest(plugin.library).has_value());
}

TEST_CASE("manifest_store: a library whose time was cut to whole seconds, as archives do, is trusted unread") {
  const Described plugin;
  const std::string before = read_text(plugin.beside);
  plugin.change_a_byte();  // reading would show it
  fs::last_write_time(plugin.library, std::chrono::floor<std::chrono::seconds>(fs::last_write_time(plugin.library)));
  CHECK(find_manifest(plugin.library).has_value());
  CHECK(read_text(plugin.beside) == before);
  fs::last_write_time(plugin.library, fs::last_write_time(plugin.library) - std::chrono::seconds(1));
  CHECK_FALSE(find_manifest(plugin.library).has_value());
}

TEST_CASE("manifest_store: where the time differs, other content makes the manifest stale") {
  const Described plugin;
  plugin.change_a_byte();
  plugin.touch();
  CHECK_FALSE(find_manifest(plugin.library).has_value());
}

TEST_CASE("manifest_store: another size makes the manifest stale") {
  const Described plugin;
  const fs::file_time_type time = fs::last_write_time(plugin.library);
  plugin.replace(read_text(plugin.library) + "x");
  fs::last_write_time(plugin.library, time);
  CHECK_FALSE(find_manifest(plugin.library).has_value());
}

TEST_CASE("manifest_store: a manifest that is damaged, huge or no file counts as none") {
  const Described plugin;
  write_text(plugin.beside, read_text(plugin.beside).substr(0, 200));
  CHECK_FALSE(find_manifest(plugin.library).has_value());
  fs::resize_file(plugin.beside, std::uintmax_t{1} << 30);
  CHECK_FALSE(find_manifest(plugin.library).has_value());
  block(plugin.beside);
  CHECK_FALSE(find_manifest(plugin.library).has_value());
}

TEST_CASE("manifest_store: where the folder cannot be written, the user's cache holds the manifest") {
  const Described plugin;
  block(plugin.beside);
  describe_library(plugin.library);
  const fs::path cached = manifest_in_cache(plugin.library);
  CHECK(cached.parent_path() == plugin.cache.path() / "flowrun");
  CHECK(fs::is_regular_file(cached));
  CHECK(find_manifest(plugin.library).has_value());
  CHECK(std::distance(fs::directory_iterator(plugin.folder.path()), {}) == 2);  // no temporary file stays
}

TEST_CASE("manifest_store: libraries of one name in two folders have two places in the cache") {
  CHECK(manifest_in_cache("/a/good.so") != manifest_in_cache("/b/good.so"));
}

TEST_CASE("manifest_store: without a folder to write to, a plugin is described all the same") {
  const Described plugin;
  block(plugin.beside);
  const std::string no_folder = plugin.folder.write("file", "").string();
  const ScopedVariable variable("XDG_CACHE_HOME", no_folder.c_str());
  CHECK(describe_library(plugin.library).description.types.size() == 2);
  CHECK_FALSE(find_manifest(plugin.library).has_value());
}

TEST_CASE("manifest_store: the cache is below XDG_CACHE_HOME, or below HOME where that is unset or relative") {
  const ScopedVariable home("HOME", "/home/somebody");
  const auto folder = [] { return manifest_in_cache("/a/good.so").parent_path(); };
  {
    const ScopedVariable xdg("XDG_CACHE_HOME", "/cache");
    CHECK(folder() == "/cache/flowrun");
  }
  {
    const ScopedVariable xdg("XDG_CACHE_HOME", "cache");
    CHECK(folder() == "/home/somebody/.cache/flowrun");
  }
  const ScopedVariable xdg("XDG_CACHE_HOME", nullptr);
  CHECK(folder() == "/home/somebody/.cache/flowrun");
  const ScopedVariable no_home("HOME", nullptr);
  CHECK(manifest_in_cache("/a/good.so").empty());
}

TEST_CASE("write_manifest: writes beside the library or says why not") {
  const Described plugin;
  fs::remove(plugin.beside);
  write_manifest(plugin.library);
  CHECK(find_manifest(plugin.library).has_value());
  block(plugin.beside);
  CHECK(thrown_by([&] { write_manifest(plugin.library); }) ==
        "the manifest '" + plugin.beside.string() + "' cannot be written; can its folder be written to?");
  CHECK(fs::is_empty(plugin.cache.path()));
}
