#include "testing/check_subject.h"

#include <algorithm>
#include <array>

#include "flowrun/host/scripts.h"
#include "flowrun/host/validated_graph.h"
#include "testing/check_payloads.h"
#include "testing/runner_context.h"

namespace flowrun::testing {
namespace {

namespace fs = std::filesystem;

constexpr std::array<const char*, 8> kEndingWords{".nii.gz", ".csv", ".png", ".json", ".txt", ".pt", ".html", ""};

/// A value for a parameter that has no default.
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
    case ParamType::integers:
      return std::vector<std::int64_t>(length, static_cast<std::int64_t>(number));
    case ParamType::numbers:
      return std::vector<double>(length, number);
    case ParamType::strings:
      return std::vector<std::string>(length, "text");
    case ParamType::choice:
      if (!spec.choices.empty()) return spec.choices.front();
      break;
    case ParamType::string:
    case ParamType::path:
      break;
  }
  return std::string("text");
}

bool is_output_path(const ParamSpec& spec) { return spec.type == ParamType::path && spec.role == PathRole::output; }

/// What a call threw; `contract`: something that the SDK forbids.
struct Thrown {
  std::string text;
  bool contract = false;
};

template <class Call>
Thrown thrown_by(Call call) {
  try {
    call();
    return {};
  } catch (const ProcessEnded& error) {
    return {error.what(), true};
  } catch (const Error& error) {
    if (*error.what()) return {error.what(), false};
    return {"threw an Error without a sentence", true};
  } catch (const std::exception& error) {
    return {"threw a std::exception that is no flowrun::Error, so that a person reads only '" + std::string(error.what()) + "'",
            true};
  } catch (...) {
    return {"threw something that is no std::exception", true};
  }
}

Outcome::Kind kind_of(const Thrown& thrown) {
  if (thrown.contract) return Outcome::Kind::broke_contract;
  return thrown.text.empty() ? Outcome::Kind::emitted : Outcome::Kind::refused;
}

/// The first output that breaks the rules of its payload type.
std::string fault_of_outputs(const Outcome& outcome) {
  for (const auto& [port, items] : outcome.outputs)
    for (const PayloadPtr& item : items)
      if (const std::string fault = payload_fault(*item); !fault.empty()) return "output '" + port + "': " + fault;
  return "";
}

}  // namespace

std::uint64_t Outcome::hash() const {
  std::uint64_t sum = 0;
  for (const auto& [port, items] : outputs)
    for (const PayloadPtr& item : items) sum = sum * 31 + payload_hash(*item);
  return sum;
}

Subject::Subject(Registry& registry, const std::string& type, const CheckOptions& options, fs::path scratch)
    : registry_(registry), options_(options), scratch_(std::move(scratch)) {
  const RegisteredType* known = registry.find(type);
  if (!known) throw Error("no plugin offers '" + type + "'");
  type_ = known->type;
  obstacle_ = missing_file();
}

std::optional<std::string> Subject::given(const ParamSpec& spec) const {
  std::optional<std::string> found;
  for (const auto& [name, value] : options_.values)
    if (name == spec.name || name == type_.name + "." + spec.name) found = value;
  return found;
}

std::string Subject::missing_file() const {
  for (const ParamSpec& spec : type_.params)
    if (spec.type == ParamType::path && spec.role == PathRole::input && !spec.default_value && !given(spec))
      return "needs a file for parameter '" + spec.name + "': --set " + type_.name + "." + spec.name + "=FILE";
  return "";
}

ParamValue Subject::value_for(const ParamSpec& spec, const fs::path& folder) const {
  if (const std::optional<std::string> text = given(spec)) return value_from_text(spec, *text);
  const bool unnamed_file =
      is_output_path(spec) && (!spec.default_value || (fill_paths_ && *spec.default_value == ParamValue(std::string())));
  if (spec.default_value && !unnamed_file) return *spec.default_value;
  if (!unnamed_file) return some_value(spec);
  return (folder / (spec.name + ending_for(spec))).string();
}

std::string Subject::ending_for(const ParamSpec& spec) const {
  static_assert(kEndingWords.size() == kEndings);
  if (ending_ > 0) return kEndingWords[ending_ - 1];
  for (const std::string& text : {spec.help, type_.summary, type_.details})
    for (const std::string ending : kEndingWords)
      if (!ending.empty() && text.find(ending) != std::string::npos) return ending;
  return kEndingWords.front();
}

bool Subject::writes_files() const { return std::any_of(type_.params.begin(), type_.params.end(), is_output_path); }

Params Subject::params(bool with_per_case, const fs::path& folder) const {
  Params params;
  for (const ParamSpec& spec : type_.params) {
    if (spec.per_case && !with_per_case) continue;
    ParamValue value = value_for(spec, folder);
    if (const std::string fault = check_value(spec, value); !fault.empty())
      throw Error("parameter '" + spec.name + "': " + fault);
    params.set(spec.name, std::move(value));
  }
  return params;
}

Outcome Subject::open(Node& node) const {
  const Thrown thrown = thrown_by([&] {
    RunnerContext context;
    context.type = type_;
    context.device_word = "cpu";
    const Params opened = params(false, scratch_);
    context.current = &opened;
    node.open(context);
  });
  return {kind_of(thrown), thrown.text, {}};
}

Outcome Subject::fire(Node& node, const InputSet& inputs, const FiringOptions& options) const {
  const fs::path folder = folder_of(options.place);
  fs::create_directories(folder);
  RunnerContext context;
  context.type = type_;
  context.fed = inputs;
  context.name = "check";
  if (options.cancelled) context.looks_left = 1;
  const Thrown thrown = thrown_by([&] {
    const Params fired = params(true, folder);
    context.current = &fired;
    if (type_.collects() || type_.streams()) context.drive(node);
    else context.process(node);
    context.check_outputs();
  });
  Outcome outcome{kind_of(thrown), thrown.text, std::move(context.emitted)};
  std::string broken = context.broken.empty() ? "" : context.broken.front();
  if (broken.empty() && outcome.kind == Outcome::Kind::emitted) broken = fault_of_outputs(outcome);
  if (!broken.empty()) outcome.kind = Outcome::Kind::broke_contract, outcome.text = broken;
  return outcome;
}

Outcome Subject::fire_new_node(const InputSet& inputs, const FiringOptions& options) const {
  std::unique_ptr<Node> node;
  const Thrown thrown = thrown_by([&] { node = create(); });
  if (!node) return {Outcome::Kind::refused, thrown.text, {}};
  Outcome opened = open(*node);
  if (opened.kind == Outcome::Kind::emitted) return fire(*node, inputs, options);
  opened.text = "it does not open: " + opened.text;
  return opened;
}

}  // namespace flowrun::testing
