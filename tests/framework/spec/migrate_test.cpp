#include <doctest/doctest.h>

#include "support/fault_lines.h"
#include "spec/migrate.h"

namespace flowrun::testing {
namespace {

using json::Written;

/// A step of an artificial format 2, which calls the summary "about".
void rename_summary(Written& root) {
  for (json::WrittenItem& item : root.items)
    if (item.is_named("summary")) item.name = "\"about\"";
}

/// And one of a format 3, in which every graph has a licence.
void add_licence(Written& root) { root.items.push_back({"\"licence\"", {.text = "\"none\""}}); }

const std::vector<spec::Migration> kSteps{{1, "'summary' is now 'about'", rename_summary},
                                          {2, "a licence is named", add_licence}};

TEST_CASE("migrate: goes from the file's format to the newest, step by step, and keeps the rest as it is spelled") {
  Written root = json::read_written(R"({"format": 1, "summary": "S", "nodes": {"a": {"type": "t.x", "params": {"p": 1e-4}}}})");
  Diagnostics faults;
  const auto changes = spec::migrate(root, "g.json", 3, kSteps, faults);
  REQUIRE(changes);
  CHECK(*changes == std::vector<std::string>{"'summary' is now 'about'", "a licence is named"});
  CHECK(json::lay_out(root) ==
        R"({ "format": 3, "about": "S", "nodes": { "a": { "type": "t.x", "params": { "p": 1e-4 } } }, "licence": "none" })"
        "\n");
  CHECK(faults.all().empty());
}

TEST_CASE("migrate: a graph of the newest format is left alone") {
  Written root = json::read_written(R"({"format": 2})");
  Diagnostics faults;
  const auto changes = spec::migrate(root, "g.json", 2, kSteps, faults);
  REQUIRE(changes);
  CHECK(changes->empty());
}

TEST_CASE("migrate: this flowrun has a step for each format before the newest") {
  Written root = json::read_written(R"({"format": 1})");
  Diagnostics faults;
  CHECK(spec::migrate(root, "g.json", 1, spec::migrations(), faults));
  CHECK(spec::migrations().empty());
}

TEST_CASE("migrate: a newer format, a missing one and a gap are refused in a sentence") {
  const auto fault_of = [](const std::string& text, int newest) {
    Written root = json::read_written(text);
    Diagnostics faults;
    CHECK_FALSE(spec::migrate(root, "g.json", newest, kSteps, faults));
    REQUIRE(faults.all().size() == 1);
    return to_string(faults.all().front());
  };
  CHECK(fault_of(R"({"format": 5})", 3) ==
        "g.json: error: the graph has format 5, and this flowrun knows formats up to 3; use a newer flowrun");
  CHECK(fault_of(R"({"nodes": {}})", 3) ==
        "g.json: error: the file does not say its format as \"format\": <number>, so it is no graph");
  for (const char* wrong : {R"({"format": "1"})", R"({"format": 0})", R"({"format": 1.5})", R"([1])", "3"})
    CHECK(fault_of(wrong, 3).find("does not say its format") != std::string::npos);
  CHECK(fault_of(R"({"format": 3})", 4) == "g.json: error: this flowrun has no way from format 3 to the next");
}

}  // namespace
}  // namespace flowrun::testing
