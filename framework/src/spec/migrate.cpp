#include "spec/migrate.h"

#include <algorithm>
#include <charconv>

namespace flowrun::spec {
namespace {

using json::Written;

std::optional<int> format_of(const Written& format) {
  int number = 0;
  const char* const end = format.text.data() + format.text.size();
  const auto [at, status] = std::from_chars(format.text.data(), end, number);
  if (format.text.empty() || status != std::errc{} || at != end || number < 1) return std::nullopt;
  return number;
}

}  // namespace

const std::vector<Migration>& migrations() {
  static const std::vector<Migration> kSteps;
  return kSteps;
}

std::optional<std::vector<std::string>> migrate(Written& root, const std::string& file, int newest,
                                                const std::vector<Migration>& steps, Diagnostics& faults) {
  const auto refuse = [&](const std::string& sentence) {
    faults.error({file, 0, 0}, sentence);
    return std::nullopt;
  };
  Written* format = root.find("format");
  const auto number = format ? format_of(*format) : std::nullopt;
  if (!number) return refuse("the file does not say its format as \"format\": <number>, so it is no graph");
  if (*number > newest)
    return refuse("the graph has format " + std::to_string(*number) + ", and this flowrun knows formats up to " +
                  std::to_string(newest) + "; use a newer flowrun");
  std::vector<std::string> changes;
  for (int at = *number; at < newest; ++at) {
    const auto step = std::find_if(steps.begin(), steps.end(), [&](const Migration& one) { return one.from == at; });
    if (step == steps.end()) return refuse("this flowrun has no way from format " + std::to_string(at) + " to the next");
    step->apply(root);
    root.find("format")->text = std::to_string(at + 1);
    changes.push_back(step->what);
  }
  return changes;
}

}  // namespace flowrun::spec
