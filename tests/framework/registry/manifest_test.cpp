#include "registry/manifest.h"

#include <doctest/doctest.h>

#include <set>

#include "bad_plugins/plugin_folder.h"
#include "json/json.h"
#include "registry/describe.h"

namespace {

using namespace flowrun;
using namespace flowrun::registry;
using namespace flowrun::testing;

/// Loaded once for all cases; the fixture has one of everything.
const Manifest& good_manifest() {
  static const PluginFolder folder;
  static const Manifest manifest = describe_by_loading(folder.add("good"));
  return manifest;
}

json::Value good_tree() {
  Diagnostics faults;
  return *json::parse(manifest_text(good_manifest()), "manifest", faults);
}

/// Every tree that lacks one member, at any depth.
void each_without_a_member(json::Value& tree, const json::Value& root, std::vector<std::string>& texts) {
  if (tree.is(json::Kind::array)) {
    json::Value::Array items = tree.items();
    for (std::size_t i = 0; i < items.size(); ++i) {
      auto& item = const_cast<json::Value&>(tree.items()[i]);
      each_without_a_member(item, root, texts);
    }
    return;
  }
  for (std::size_t i = 0; tree.is(json::Kind::object) && i < tree.members().size(); ++i) {
    const json::Member taken = tree.members()[i];
    auto& members = tree.own_members();
    members.erase(members.begin() + static_cast<std::ptrdiff_t>(i));
    texts.push_back(taken.name + "\n" + json::write(root));
    members.insert(members.begin() + static_cast<std::ptrdiff_t>(i), taken);
    each_without_a_member(members[i].value, root, texts);
  }
}

std::string replaced(std::string text, const std::string& what, const std::string& with) {
  const std::size_t at = text.find(what);
  REQUIRE_MESSAGE(at != std::string::npos, what);
  return text.replace(at, what.size(), with);
}

}  // namespace

TEST_CASE("manifest: everything of a description comes back from its text") {
  const std::string text = manifest_text(good_manifest());
  const std::optional<Manifest> back = parse_manifest(text);
  REQUIRE(back.has_value());
  CHECK(back->plugin == "good");
  CHECK(back->version == "1.2.3");
  CHECK(back->licence == "Apache-2.0 OR MIT");
  CHECK(back->stamp == good_manifest().stamp);
  CHECK(back->hash == good_manifest().hash);
  CHECK(same_description(back->description, good_manifest().description));
  CHECK(manifest_text(*back) == text);
}

TEST_CASE("manifest: ports and parameters come back as they were") {
  const std::vector<NodeType> types = parse_manifest(manifest_text(good_manifest()))->description.types;
  REQUIRE(types.size() == 2);
  const NodeType& copy = types[0];
  CHECK(copy.details == "Lines\nand \"quotes\" and Umlaute: \u00e4\u00f6\u00fc.");
  CHECK(copy.concurrent);
  CHECK(copy.cuda);
  CHECK_FALSE(copy.repeatable);
  CHECK(types[1].repeatable);
  CHECK_FALSE(bool(copy.create));
  CHECK(copy.inputs[0].scope == Scope::per_case);
  CHECK_FALSE(copy.inputs[1].scope.has_value());
  CHECK_FALSE(copy.inputs[1].required);
  CHECK(copy.inputs[1].variadic);
  CHECK(types[1].inputs[0].collects);
  CHECK(types[1].outputs[0].stream);
}

TEST_CASE("manifest: parameters come back as they were, numbers to the last bit") {
  const std::vector<ParamSpec> params = parse_manifest(manifest_text(good_manifest()))->description.types[0].params;
  REQUIRE(params.size() == 9);
  CHECK(params[0].default_value == ParamValue(true));
  CHECK(params[1].default_value == ParamValue(std::int64_t{3}));
  CHECK(params[1].min == 1.0);
  CHECK(params[2].default_value == ParamValue(1.0));
  CHECK(params[2].max == 0.1 + 1.2);
  CHECK(params[2].unit == "mm");
  CHECK(params[3].default_value == ParamValue(std::string("a \\ \"b\"")));
  CHECK(params[3].per_case);
  CHECK_FALSE(params[4].default_value.has_value());
  CHECK(params[4].role == PathRole::output);
  CHECK(params[5].choices == std::vector<std::string>{"fast", "slow"});
  CHECK(params[6].length == 3);
  CHECK(params[7].default_value == ParamValue(std::vector<double>{0.1, 1e-30, 1e300}));
  CHECK(params[8].default_value == ParamValue(std::vector<std::string>{"a", ""}));
}

TEST_CASE("manifest: a text that lacks anything that must be there gives none") {
  // Keys of a description have defaults, so that plugins of other ages can be read; description_test has those that must be
  // present.
  const std::set<std::string> optional{"default", "scope",    "min",      "max",        "details", "inputs",    "outputs",
                                       "params",  "required", "variadic", "collects",   "stream",  "unit",      "choices",
                                       "length",  "role",     "per_case", "concurrent", "cuda",    "repeatable"};
  json::Value tree = good_tree();
  std::vector<std::string> texts;
  each_without_a_member(tree, tree, texts);
  REQUIRE(texts.size() > 60);
  for (const std::string& text : texts) {
    const std::string name = text.substr(0, text.find('\n'));
    // A scope may be left out, but not of a port that collects; then either is right here.
    if (optional.count(name) == 0) CHECK_FALSE_MESSAGE(parse_manifest(text.substr(name.size() + 1)).has_value(), name);
  }
}

TEST_CASE("manifest: a text of another kind, format, host or with a wrong description gives none") {
  const std::string text = manifest_text(good_manifest());
  REQUIRE(parse_manifest(text).has_value());
  for (const char* other : {"", "{", "[]", "null", "{\"format\": 2}",
                            "\x7f"
                            "ELF"})
    CHECK_FALSE(parse_manifest(other).has_value());
  CHECK_FALSE(parse_manifest(replaced(text, "\"format\": 2", "\"format\": 1")).has_value());
  CHECK_FALSE(parse_manifest(replaced(text, "ABI 2.", "ABI 99.")).has_value());
  CHECK_FALSE(parse_manifest(replaced(text, "\"plugin\": \"good\"", "\"plugin\": \"bad\"")).has_value());
  CHECK_FALSE(parse_manifest(replaced(text, "\"length\": 3", "\"length\": -3")).has_value());
  CHECK_FALSE(parse_manifest(replaced(text, "\"default\": 3", "\"default\": 300")).has_value());
  CHECK_FALSE(parse_manifest(replaced(text, "\"default\": true", "\"default\": \"true\"")).has_value());
  CHECK_FALSE(parse_manifest(replaced(text, "\"format\": 2", "\"format\": 2, \"format\": 2")).has_value());
}

TEST_CASE("manifest: a text cut anywhere gives none") {
  const std::string text = manifest_text(good_manifest());
  for (std::size_t size = 0; size + 2 < text.size(); size += 7) CHECK_FALSE(parse_manifest(text.substr(0, size)).has_value());
}

TEST_CASE("manifest: descriptions that differ in anything are not the same") {
  const std::string text = manifest_text(good_manifest());
  CHECK(same_description(parse_manifest(text)->description, good_manifest().description));
  const std::optional<Manifest> other = parse_manifest(replaced(text, "1e+300", "2e+300"));
  REQUIRE(other.has_value());
  CHECK_FALSE(same_description(other->description, good_manifest().description));
}
