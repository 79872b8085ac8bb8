// Plugins that end or hang the process that loads them: that process is another one, and this one says what happened there.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "bad_plugins/plugin_folder.h"
#include "support/needs.h"

namespace {

namespace fs = std::filesystem;
using namespace flowrun;
using namespace flowrun::testing;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kSanitized = true;  // the sanitizer reports a crash in its own words, and forbids memory limits
#else
constexpr bool kSanitized = false;
#endif

const std::string kWhen = " when a separate process asked it for its node types";

/// A folder with one bad plugin, and a cache of its own.
struct Apart {
  PluginFolder folder, cache;
  ScopedVariable variable{"XDG_CACHE_HOME", cache.path().c_str()};
  ScopedVariable no_leaks{"LSAN_OPTIONS", "detect_leaks=0"};  // the leak sanitizer cannot look at a confined process
  FixtureMark mark;
  fs::path file;
  explicit Apart(const std::string& fixture) : file(folder.add(fixture)) {}

  /// The part between the path and the words that all have; checks that nothing of the other process is left.
  std::string how_it_ended() const {
    const std::string text = failure_of(file);
    CHECK(::waitpid(-1, nullptr, WNOHANG) == -1);  // no child, so no zombie
    CHECK(errno == ECHILD);
    CHECK_FALSE(is_mapped(file));
    CHECK_FALSE(fs::exists(file.string() + ".json"));
    const std::string start = "'" + file.string() + "' ";
    REQUIRE_MESSAGE(text.starts_with(start), text);
    std::string rest = text.substr(start.size(), text.size() - start.size());
    REQUIRE_MESSAGE(rest.find(kWhen) != std::string::npos, rest);
    return rest.erase(rest.find(kWhen), kWhen.size());
  }
};

std::string how_it_ended(const std::string& fixture) { return Apart(fixture).how_it_ended(); }

}  // namespace

TEST_CASE("bad_plugins: one that crashes when it is loaded, or when it is asked, is a reason and no crash") {
  if (kSanitized) {
    CHECK(how_it_ended("crashes") != "");
    return;
  }
  CHECK(how_it_ended("crashes") == "crashed (Segmentation fault)");
  CHECK(how_it_ended("crashes_when_asked") == "crashed (Segmentation fault)");
}

TEST_CASE("bad_plugins: what one printed before it ended is told") {
  CHECK(how_it_ended("aborts") == "aborted the process; it printed 'my model / is missing'");
  const std::string thrown = how_it_ended("throws_when_loaded");
  CHECK_MESSAGE(thrown.starts_with("aborted the process; it printed 'terminate called"), thrown);
  CHECK(thrown.find("no licence server") != std::string::npos);
}

TEST_CASE("bad_plugins: one that ends the process, even as if all were well, is a reason") {
  CHECK(how_it_ended("exits") == "ended the process (exit status 0)");
}

TEST_CASE("bad_plugins: one that never comes back is ended after the time limit") {
  const ScopedVariable limit("FLOWRUN_DESCRIBE_SECONDS", "1");
  CHECK(how_it_ended("loops") == "did not end within 1 s");
}

TEST_CASE("bad_plugins: one that eats memory is stopped by a limit, not by the machine's end" *
          doctest::test_suite("needs a memory limit")) {
  if (kSanitized) return flowrun::testing::could_not_run("a sanitizer needs memory without limit");
  const std::string text = how_it_ended("eats_memory");
  CHECK_MESSAGE(text.find("bad_alloc") != std::string::npos, text);
}

TEST_CASE("bad_plugins: a plugin that only prints, a lot and into every descriptor that it finds, is described all the same") {
  const Apart apart("prints");
  const fs::path precious = apart.cache.write("precious", "");
  const int descriptor = ::open(precious.c_str(), O_WRONLY);  // one that a child would inherit
  REQUIRE(descriptor > 2);
  REQUIRE(descriptor < 100);
  Registry registry;
  registry.add_library(apart.file);
  ::close(descriptor);
  CHECK(registry.plugins().at(0).failure == "");
  CHECK(registry.find("prints.nothing") != nullptr);
  CHECK(fs::file_size(precious) == 0);
}

TEST_CASE("bad_plugins: one that ended its process is looked at again by the next registry, and its reason is the same") {
  const Apart apart("exits");
  const std::string reason = failure_of(apart.file);
  CHECK(failure_of(apart.file) == reason);
  CHECK(apart.mark.count() == 2);
  fs::remove(apart.file);
  fs::copy_file(fs::path(FLOWRUN_BAD_PLUGINS) / "good.so", apart.file);
  CHECK(failure_of(apart.file) == "");
  CHECK(apart.mark.count() == 3);
}

TEST_CASE("bad_plugins: without the program that describes libraries apart, it is named, and nothing is loaded here") {
  const Apart apart("good");
  const ScopedVariable program("FLOWRUN_MANIFEST_PROGRAM", "/nowhere/flowrun_manifest");
  CHECK(failure_of(apart.file) ==
        "'" + apart.file.string() + "' cannot be described: cannot start '/nowhere/flowrun_manifest': No such file or directory");
  CHECK_FALSE(is_mapped(apart.file));
}
