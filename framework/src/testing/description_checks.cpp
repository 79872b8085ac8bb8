#include "flowrun/host/validated_graph.h"
#include "testing/node_checks.h"
#include "testing/text_style.h"

namespace flowrun::testing {
namespace {

constexpr std::size_t kLongestSummary = 100;
constexpr std::size_t kLongestHelp = 200;

class Diagnostics {
 public:
  void add(const std::string& where, const std::string& fault) {
    if (!fault.empty()) text_ += (text_.empty() ? "" : "; ") + where + ": " + fault;
  }
  CheckResult result(const std::string& good) const { return text_.empty() ? passed(good) : failed(text_); }

 private:
  std::string text_;
};

template <class Part>
void check_help(const std::vector<Part>& parts, const std::string& kind, Diagnostics& faults) {
  for (const Part& part : parts) faults.add("help of " + kind + " '" + part.name + "'", sentence_fault(part.help, kLongestHelp));
}

}  // namespace

CheckResult check_description(CheckRun& check) {
  const NodeType& type = check.subject.type();
  Diagnostics faults;
  faults.add("summary", sentence_fault(type.summary, kLongestSummary));
  if (type.details.empty()) faults.add("details", "there are none: say the method, its source, units and edge cases");
  check_help(type.inputs, "input", faults);
  check_help(type.outputs, "output", faults);
  check_help(type.params, "parameter", faults);
  for (const ParamSpec& spec : type.params) faults.add("unit of parameter '" + spec.name + "'", unit_fault(spec.unit));
  if (type.inputs.size() + type.outputs.size() + type.params.size() == 0)
    faults.add("ports", "it has neither inputs, outputs nor parameters, so it can do nothing");
  const auto count = [](std::size_t number, const std::string& noun) {
    return std::to_string(number) + " " + noun + (number == 1 ? "" : "s");
  };
  return faults.result(count(type.inputs.size(), "input") + ", " + count(type.outputs.size(), "output") + ", " +
                       count(type.params.size(), "parameter"));
}

CheckResult check_defaults(CheckRun& check) {
  Diagnostics faults;
  std::size_t count = 0;
  for (const ParamSpec& spec : check.subject.type().params) {
    if (!spec.default_value) continue;
    ++count;
    ParamValue value = *spec.default_value;
    faults.add("parameter '" + spec.name + "'", check_value(spec, value));
  }
  return faults.result(std::to_string(count) + " in range");
}

}  // namespace flowrun::testing
