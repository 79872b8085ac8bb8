#include "include_rules.h"

#include <doctest/doctest.h>

namespace {

using namespace flowrun::testing;

/// The rule that one line breaks, in a file that need not exist.
std::string rule(const std::string& file, const std::string& line) {
  const std::vector<Include> includes = includes_of(file, line);
  REQUIRE(includes.size() == 1);
  return broken_rule(includes[0]);
}

}  // namespace

TEST_CASE("include_rules: includes are read with their lines, comments left out") {
  const std::string text =
      "// #include \"a.h\"\n#include <vector>\n/* #include <b>\n#include <c>\n*/  #  include \"flowrun/sdk/node.h\"  // why\n"
      "const char* text = \"/*\";\n#include <map>\n";
  const std::vector<Include> found = includes_of("x.cpp", text);
  REQUIRE(found.size() == 3);
  CHECK(found[0].target == "vector");
  CHECK(found[0].line == 2);
  CHECK_FALSE(found[0].quoted);
  CHECK(found[1].target == "flowrun/sdk/node.h");
  CHECK(found[1].line == 5);
  CHECK(found[1].quoted);
  CHECK(found[2].target == "map");
}

TEST_CASE("include_rules: sdk headers include the standard library only") {
  const std::string file = "framework/include/flowrun/sdk/node.h";
  CHECK(rule(file, "#include <vector>") == "");
  CHECK(rule(file, "#include <stdint.h>") == "");
  CHECK(rule(file, "#include \"flowrun/sdk/payload.h\"") == "");
  for (const char* line : {"#include \"flowrun/host/registry.h\"", "#include <oneapi/tbb/task_arena.h>", "#include <unistd.h>",
                           "#include \"json/json.h\""})
    CHECK_MESSAGE(rule(file, line) == "an sdk header may include the standard library and sdk only", line);
}

TEST_CASE("include_rules: host headers include sdk and std, no third party") {
  const std::string file = "framework/include/flowrun/host/runtime.h";
  CHECK(rule(file, "#include \"flowrun/sdk/node.h\"") == "");
  CHECK(rule(file, "#include \"flowrun/host/trace.h\"") == "");
  for (const char* line : {"#include <nlohmann/json.hpp>", "#include <boost/dll.hpp>", "#include \"schedule/engine.h\""})
    CHECK_MESSAGE(rule(file, line) == "a host header may include the standard library, sdk and host only", line);
}

TEST_CASE("include_rules: the testing headers are for tests and applications") {
  const char* line = "#include \"flowrun/testing/node_runner.h\"";
  for (const char* file : {"tests/plugins/io/a.cpp", "apps/flowrun/a.cpp", "framework/src/testing/a.cpp"})
    CHECK_MESSAGE(rule(file, line) == "", file);
  CHECK(rule("plugins/io/a.cpp", line) == "a plugin includes no testing header");
  CHECK(rule("framework/src/validate/a.cpp", line) == "only tests and applications include the testing headers");
  CHECK(rule("framework/include/flowrun/testing/a.h", "#include <doctest/doctest.h>") ==
        "a testing header may include the standard library, sdk, host and testing only");
  CHECK(rule("framework/src/testing/a.cpp", "#include \"json/json.h\"") == "");
}

TEST_CASE("include_rules: each room of the framework has its one third party") {
  CHECK(rule("framework/src/json/parse.cpp", "#include <nlohmann/json.hpp>") == "");
  CHECK(rule("framework/src/registry/a.cpp", "#include <boost/dll/shared_library.hpp>") == "");
  CHECK(rule("framework/src/validate/a.cpp", "#include <boost/graph/adjacency_list.hpp>") == "");
  CHECK(rule("framework/src/schedule/a.cpp", "#include <oneapi/tbb/flow_graph.h>") == "");
  const auto refused = [](const std::string& room) {
    return "the " + room + " room may include the standard library, sdk, host and its own third party only";
  };
  CHECK(rule("framework/src/spec/a.cpp", "#include <nlohmann/json.hpp>") == refused("spec"));
  CHECK(rule("framework/src/validate/a.cpp", "#include <boost/dll.hpp>") == refused("validate"));
  CHECK(rule("framework/src/registry/a.cpp", "#include <boost/graph/adjacency_list.hpp>") == refused("registry"));
  CHECK(rule("framework/src/validate/a.cpp", "#include <tbb/flow_graph.h>") == refused("validate"));
  CHECK(rule("framework/src/schedule/a.cpp", "#include <torch/script.h>") == refused("schedule"));
  CHECK(rule("framework/src/records/a.cpp", "#include <some_library.h>") == refused("records"));
  CHECK(rule("framework/src/records/a.cpp", "#include \"common/table/atomic_file.h\"") == refused("records"));
}

TEST_CASE("include_rules: rooms do not include each other's internals, but some use json") {
  for (const char* room : {"spec", "registry", "records", "timeline"})
    CHECK_MESSAGE(rule(std::string("framework/src/") + room + "/a.cpp", "#include \"json/json.h\"") == "", room);
  CHECK(rule("framework/src/validate/a.cpp", "#include \"validate/draft.h\"") == "");
  CHECK(rule("framework/src/registry/tool/main.cpp", "#include \"flowrun/host/registry.h\"") == "");
  CHECK(rule("framework/src/validate/a.cpp", "#include \"json/json.h\"") ==
        "the validate room includes nothing of the json room");
  CHECK(rule("framework/src/schedule/a.cpp", "#include \"validate/draft.h\"") ==
        "the schedule room includes nothing of the validate room");
  CHECK(rule("framework/src/sdk/a.cpp", "#include \"flowrun/host/diagnostic.h\"") == "the sdk room includes no host header");
}

TEST_CASE("include_rules: what plugins share includes sdk, LibTorch in common/torch and JSON in common/network only") {
  CHECK(rule("plugins/common/network/a.cpp", "#include <nlohmann/json.hpp>") == "");
  CHECK(rule("plugins/common/picture/a.cpp", "#include <png.h>") == "");
  CHECK(rule("plugins/common/torch/a.h", "#include <torch/script.h>") == "");
  CHECK(rule("plugins/common/torch/a.h", "#include \"common/torch/b.h\"") == "");
  CHECK(rule("plugins/common/torch/a.cpp", "#include <openssl/evp.h>") == "");
  CHECK(rule("plugins/common/torch/a.cpp", "#include \"common/pickle/machine.h\"") == "");
  CHECK(rule("plugins/common/network/a.cpp", "#include \"common/grid/axes.h\"") == "");
  CHECK(rule("plugins/common/pickle/a.cpp", "#include \"common/torch/b.h\"") != "");
  CHECK(rule("plugins/common/picture/a.cpp", "#include <openssl/evp.h>") != "");
  CHECK(rule("plugins/common/table/a.h", "#include <torch/script.h>") ==
        "in plugins/common, torch includes LibTorch and OpenSSL, network nlohmann/json and picture libpng; no other "
        "third party is included there");
  CHECK(rule("plugins/common/table/a.h", "#include <itkImage.h>") ==
        "in plugins/common, torch includes LibTorch and OpenSSL, network nlohmann/json and picture libpng; no other "
        "third party is included there");
  CHECK(rule("plugins/common/table/a.h", "#include \"common/torch/b.h\"") ==
        "plugins/common/table includes nothing of plugins/common/torch");
  CHECK(rule("plugins/common/table/a.h", "#include \"flowrun/host/registry.h\"") ==
        "plugins/common may include the standard library and sdk only");
}

TEST_CASE("include_rules: a plugin includes neither host nor a sibling plugin") {
  const std::string file = "plugins/io/read_volume.cpp";
  CHECK(rule(file, "#include \"flowrun/sdk/plugin.h\"") == "");
  CHECK(rule(file, "#include \"common/table/atomic_file.h\"") == "");
  CHECK(rule(file, "#include <itkImage.h>") == "");
  CHECK(rule(file, "#include <sys/stat.h>") == "");
  CHECK(rule(file, "#include \"flowrun/host/registry.h\"") == "a plugin includes no host header");
  CHECK(rule(file, "#include \"segment/threshold.h\"") == "a plugin includes no sibling plugin");
  CHECK(rule(file, "#include \"registry/manifest.h\"") == "a plugin includes nothing of the framework's rooms");
  CHECK(rule(file, "#include <oneapi/tbb/parallel_for.h>") == "a plugin includes no TBB: threads are the engine's");
  CHECK(rule(file, "#include \"../segment/threshold.h\"") == "a plugin includes no sibling plugin");
  CHECK(rule(file, "#include \"not_there.h\"") ==
        "a plugin may include the standard library, sdk, plugins/common and its own third parties only");
}

TEST_CASE("include_rules: an application includes host and sdk, never a plugin, a room or TBB") {
  const std::string file = "apps/flowrun/main.cpp";
  CHECK(rule(file, "#include \"flowrun/host/runtime.h\"") == "");
  CHECK(rule(file, "#include <CLI/App.hpp>") == "");
  CHECK(rule(file, "#include <fmt/format.h>") == "");
  CHECK(rule("apps/flowrun/report/a.cpp", "#include <png.h>") == "");
  for (const char* line : {"#include <oneapi/tbb/task_arena.h>", "#include <png.h>"})
    CHECK(rule(file, line) == "of third parties an application may include fmt, CLI11 in verbs, libpng in report and zlib in viewer only");
  CHECK(rule(file, "#include \"common/table/atomic_file.h\"") == "an application includes nothing of a plugin");
  CHECK(rule(file, "#include \"json/json.h\"") == "an application includes nothing of the framework's rooms");
}

TEST_CASE("include_rules: the Python package includes host, sdk and pybind11, never the program") {
  const std::string file = "apps/python/cpp/session.cpp";
  for (const char* line : {"#include <pybind11/stl.h>", "#include \"flowrun/host/session.h\"", "#include <mutex>"})
    CHECK(rule(file, line) == "");
  for (const char* line : {"#include <fmt/format.h>", "#include \"report/html.h\"", "#include \"json/json.h\""})
    CHECK(rule(file, line) == "the Python package may include the standard library, sdk, host and pybind11 only");
}

TEST_CASE("include_rules: the rooms of the program include each other one way") {
  CHECK(rule("apps/flowrun/main.cpp", "#include \"verbs/all_verbs.h\"") == "");
  CHECK(rule("apps/flowrun/verbs/a.cpp", "#include \"report/html.h\"") == "");
  CHECK(rule("apps/flowrun/report/a.cpp", "#include \"report/html.h\"") == "");
  CHECK(rule("apps/flowrun/report/a.cpp", "#include \"verbs/run.h\"") ==
        "apps/flowrun/report includes nothing of apps/flowrun/verbs");
  CHECK(rule("apps/flowrun/odds_and_ends/a.cpp", "#include <vector>") == "");
  CHECK(rule("apps/flowrun/odds_and_ends/a.cpp", "#include \"report/html.h\"") ==
        "this folder is no room of the program that the rules know");
}

TEST_CASE("include_rules: tests include internals only in the folder that mirrors them") {
  CHECK(rule("tests/framework/registry/a_test.cpp", "#include \"registry/manifest.h\"") == "");
  CHECK(rule("tests/framework/registry/a_test.cpp", "#include \"json/json.h\"") == "");
  CHECK(rule("tests/framework/registry/a_test.cpp", "#include <doctest/doctest.h>") == "");
  CHECK(rule("tests/plugins/io/a_test.cpp", "#include \"io/image_reader.h\"") == "");
  CHECK(rule("tests/plugins/io/a_test.cpp", "#include \"support/node_runner.h\"") == "");
  CHECK(rule("tests/framework/spec/a_test.cpp", "#include \"registry/manifest.h\"") ==
        "only tests/framework/registry includes internals of the registry room");
  CHECK(rule("tests/cli/a_test.cpp", "#include \"json/json.h\"") ==
        "only tests/framework/json includes internals of the json room");
  CHECK(rule("tests/plugins/segment/a_test.cpp", "#include \"io/image_reader.h\"") ==
        "only tests/plugins/io includes internals of plugin io");
  CHECK(rule("tests/fuzz/targets/a.cpp", "#include \"registry/manifest.h\"") == "");
  CHECK(rule("tests/fuzz/targets/a.cpp", "#include \"io/image_reader.h\"") == "");
  CHECK(rule("tests/cli/a_test.cpp", "#include <never_heard_of.h>") ==
        "this header is in no list of tests/framework/rooms/rooms.cpp");
}

TEST_CASE("include_rules: a file in a room that nobody knows is said") {
  CHECK(rule("tools/a.cpp", "#include \"flowrun/sdk/node.h\"") == "this file stands in no room that the rules know");
}
