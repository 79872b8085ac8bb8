#include <doctest/doctest.h>

#include "conformance/built_plugins.h"
#include "conformance/text_style.h"
#include "flowrun/sdk/context.h"
#include "flowrun/sdk/error.h"

namespace {

using namespace flowrun;
using namespace flowrun::testing;

constexpr const char* kNoSuchFile = "/nowhere/no_such_file";

/// A value for a parameter that has no default; a path names no file.
ParamValue some_value(const ParamSpec& spec) {
  const double number = spec.min ? *spec.min : spec.max ? *spec.max : 1;
  const std::size_t length = spec.length ? spec.length : 1;
  switch (spec.type) {
    case ParamType::boolean:
      return false;
    case ParamType::integer:
      return static_cast<std::int64_t>(number);
    case ParamType::number:
      return number;
    case ParamType::string:
      return std::string("text");
    case ParamType::path:
      return std::string(kNoSuchFile);
    case ParamType::choice:
      return spec.choices.at(0);
    case ParamType::integers:
      return std::vector<std::int64_t>(length, static_cast<std::int64_t>(number));
    case ParamType::numbers:
      return std::vector<double>(length, number);
    case ParamType::strings:
      return std::vector<std::string>(length, "text");
  }
  return false;
}

class DefaultContext : public OpenContext {
 public:
  explicit DefaultContext(const NodeType& type) {
    for (const ParamSpec& spec : type.params)
      if (!spec.per_case) params_.set(spec.name, spec.default_value ? *spec.default_value : some_value(spec));
  }
  const Params& params() const override { return params_; }
  std::string_view node_id() const override { return "node"; }
  std::string_view device() const override { return "cpu"; }
  int threads() const override { return 1; }
  void warn(std::string_view) override {}

 private:
  Params params_;
};

bool needs_a_file(const NodeType& type) {
  for (const ParamSpec& spec : type.params)
    if (!spec.per_case && spec.type == ParamType::path && !spec.default_value) return true;
  return false;
}

/// What open throws, or "". Anything that is not a flowrun::Error fails the test.
std::string error_of_open(Node& node, const NodeType& type) {
  DefaultContext context(type);
  try {
    node.open(context);
  } catch (const Error& error) {
    return error.what();
  } catch (const std::exception& error) {
    FAIL_CHECK("open throws a std::exception that is no flowrun::Error: " << error.what());
  } catch (...) {
    FAIL_CHECK("open throws something that is no std::exception");
  }
  return "";
}

}  // namespace

TEST_CASE("conformance: every node type can be created, twice") {
  Registry& registry = scanned_plugins().registry;
  for (const RegisteredType* known : registry.types()) {
    CAPTURE(known->type.name);
    const std::unique_ptr<Node> one = registry.create(known->type.name), other = registry.create(known->type.name);
    CHECK(one != nullptr);
    CHECK(other != nullptr);
    CHECK(one != other);
  }
}

TEST_CASE("conformance: every node opens with its defaults, or says in a sentence why not") {
  Registry& registry = scanned_plugins().registry;
  for (const RegisteredType* known : registry.types()) {
    CAPTURE(known->type.name);
    const std::unique_ptr<Node> node = registry.create(known->type.name);
    const std::string text = error_of_open(*node, known->type);
    if (text.empty()) continue;
    CAPTURE(text);
    CHECK(error_fault(text) == "");
    if (needs_a_file(known->type)) CHECK(text.find(kNoSuchFile) != std::string::npos);
  }
}
