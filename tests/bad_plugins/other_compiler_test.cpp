// Plugins built with Clang, where it is installed; what is refused by its build tag alone is tested with artificial tags in any
// case.
#include <doctest/doctest.h>

#include "bad_plugins/plugin_folder.h"
#include "flowrun/host/runtime.h"
#include "flowrun/sdk/node_type.h"

#include "flowrun/sdk/abi.h"
#include "support/needs.h"

namespace {

namespace fs = std::filesystem;
using namespace flowrun;
using namespace flowrun::testing;

bool is_there(const std::string& fixture) {
  const bool there = fs::exists(fs::path(FLOWRUN_BAD_PLUGINS) / "clang" / (fixture + ".so"));
  if (!there) could_not_run(fixture + " was not built; on Debian: apt-get install clang libc++-dev libc++abi-dev");
  return there;
}

std::string error_of_opening(Registry& registry, const std::string& type) {
  const std::unique_ptr<Node> node = registry.create(type);
  struct NoContext : OpenContext {
    Params none;
    const Params& params() const override { return none; }
    std::string_view node_id() const override { return "node"; }
    std::string_view device() const override { return "cpu"; }
    int threads() const override { return 1; }
    void warn(std::string_view) override {}
  } context;
  try {
    node->open(context);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("other_compiler: Clang with GCC's standard library makes plugins that fit, and they describe themselves the same" *
          doctest::test_suite("needs clang")) {
  if (!is_there("good_libstdc++")) return;
  const PluginFolder folder;
  const fs::path library = folder.add("clang/good_libstdc++", "good");
  CHECK(read_text(library).find("clang-") != std::string::npos);
  write_manifest(library);
  const PluginFolder other;
  const fs::path own = other.add("good");
  write_manifest(own);
  const auto types_in = [](const fs::path& file) {
    const std::string text = read_text(file.string() + ".json");
    return text.substr(text.find("\"node_types\""));
  };
  CHECK(types_in(library) == types_in(own));
}

TEST_CASE("other_compiler: errors thrown by Clang's code arrive as they are, and outputs and parameters too" *
          doctest::test_suite("needs clang")) {
  if (!is_there("misbehaving_libstdc++")) return;
  const PluginFolder folder;
  folder.add("clang/misbehaving_libstdc++", "misbehaving");
  Registry registry;
  registry.scan(folder.path());
  CHECK(error_of_opening(registry, "misbehaving.open_throws") == "the model is missing");
  Diagnostics faults;
  const auto spec =
      parse_graph(R"({"format": 1, "name": "g", "nodes": {"bad": {"type": "misbehaving.emits_twice"}}})", "g.json", faults);
  const auto graph = validate(*spec, registry, {}, faults);
  REQUIRE(graph);
  const RunResult result = Run(graph, registry, {}).execute({{"one", {}}});
  CHECK(result.cases[0].errors.at(0).message == "the node emitted twice at output 'mask' in one firing");
}

TEST_CASE("other_compiler: Clang with its own standard library makes plugins that are refused, naming both sides" *
          doctest::test_suite("needs clang")) {
  if (!is_there("good_libc++")) return;
  const PluginFolder folder;
  const FixtureMark mark;
  const fs::path library = folder.add("clang/good_libc++", "good");
  const std::string text = failure_of(library), start = "'" + library.string() + "' was built with 'clang-";
  CHECK(mark.count() == 0);
  CHECK_MESSAGE(text.starts_with(start), text);
  CHECK_MESSAGE(
      text.ends_with(" libc++-1', this flowrun with '" FLOWRUN_BUILD_TAG
                     "', and their C++ objects are laid out otherwise; rebuild it with GCC or Clang and " FLOWRUN_BUILD_LIBRARY),
      text);
}
