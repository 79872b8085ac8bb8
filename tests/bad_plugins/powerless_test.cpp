// What a library's own code can do when it is looked at: nothing; and where it is not even looked at.
#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bad_plugins/plugin_folder.h"

namespace {

namespace fs = std::filesystem;
using namespace flowrun;
using namespace flowrun::testing;

std::string names_in(const fs::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  std::string text;
  for (const std::string& name : names) text += name + " ";
  return text;
}

/// The umask of a test, whatever the person has.
struct Umask {
  explicit Umask(mode_t mask) : before(::umask(mask)) {}
  ~Umask() { ::umask(before); }
  mode_t before;
};

}  // namespace

TEST_CASE(
    "bad_plugins: a library that is looked at writes nothing, starts nothing and reaches nobody, and is described all the same") {
  const PluginFolder folder, target;
  for (const char* name : {"precious", "doomed", "named"}) target.write(name, "as it was\n");
  const ScopedVariable variable("FLOWRUN_FIXTURE_TARGET", target.path().c_str());
  const fs::path library = folder.add("reaches_out");
  CHECK(failure_of(library) == "");
  CHECK(names_in(target.path()) == "doomed named precious ");
  CHECK(read_text(target.path() / "precious") == "as it was\n");
  CHECK(fs::is_regular_file(library.string() + ".json"));  // which this process has written
  SUBCASE("also when its manifest is made by the build step") {
    write_manifest(library);
    CHECK(names_in(target.path()) == "doomed named precious ");
  }
}

TEST_CASE(
    "bad_plugins: in flowrun's own folder a library without a manifest that fits it is listed with the reason, and not run") {
  const PluginFolder folder;
  const FixtureMark mark;
  const fs::path library = folder.add("good");
  const auto reason = [&] {
    Registry registry;
    registry.scan(folder.path(), Unknown::refused);
    return registry.plugins().at(0).failure;
  };
  const std::string expected = "'" + library.string() +
                               "' has no manifest that fits it, and none is made for a library of flowrun's own "
                               "folder; make it with 'flowrun_manifest " +
                               library.string() + "', or name the folder with --plugin-path";
  CHECK(reason() == expected);
  CHECK(mark.count() == 0);
  write_manifest(library);
  CHECK(reason() == "");
  std::string bytes = read_text(library);
  write_text(library, bytes + "x");  // another library than the manifest's
  CHECK(reason() == expected);
  CHECK(mark.count() == 1);
}

TEST_CASE(
    "bad_plugins: what others may write of plugin folders, libraries and manifests is said in one sentence with what to do") {
  const Umask umask(022);
  const PluginFolder folder;
  const fs::path library = folder.add("good");
  fs::permissions(library, static_cast<fs::perms>(0755));
  folder.write("good.so.json", "{}");
  folder.write("notes.txt", "");
  fs::permissions(folder.path() / "notes.txt", static_cast<fs::perms>(0666));  // no plugin
  CHECK(writable_by_others({folder.path(), library}) == "");
  const std::string advice =
      " can be written by others than you and root, who could make flowrun run code of theirs; take that right "
      "away (chmod go-w, chown), or copy the plugins to a folder of your own";
  fs::permissions(library, static_cast<fs::perms>(0757));
  CHECK(writable_by_others({folder.path()}) == "'" + library.string() + "'" + advice);
  CHECK(writable_by_others({library}) == "'" + library.string() + "'" + advice);
  fs::permissions(library, static_cast<fs::perms>(0755));
  fs::permissions(folder.path() / "good.so.json", static_cast<fs::perms>(0666));
  CHECK(writable_by_others({folder.path()}) == "'" + (folder.path() / "good.so.json").string() + "'" + advice);
  fs::permissions(folder.path(), static_cast<fs::perms>(01777));  // sticky: others can add a library all the same
  fs::permissions(library, static_cast<fs::perms>(0777));
  CHECK(writable_by_others({folder.path()}) == "'" + folder.path().string() + "', '" + library.string() + "', '" +
                                                   (folder.path() / "good.so.json").string() + "'" + advice);
  fs::permissions(folder.path(), static_cast<fs::perms>(0700));
  CHECK(writable_by_others({folder.path() / "nowhere"}) == "");
}

TEST_CASE("bad_plugins: a group is others too, unless it is root's or the person's own") {
  const Umask umask(022);
  const PluginFolder folder;
  const fs::path library = folder.add("good");
  fs::permissions(library, static_cast<fs::perms>(0775));
  if (::geteuid() != 0) {
    MESSAGE("skipped: only root can give a file to another group");
    return;
  }
  REQUIRE(::chown(library.c_str(), 0, 0) == 0);
  CHECK(writable_by_others({folder.path()}) == "");
  REQUIRE(::chown(library.c_str(), 0, 54321) == 0);
  CHECK(writable_by_others({folder.path()}) != "");
}
