#include "terminal/fault_lines.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <map>

#include "flowrun/host/text.h"

namespace flowrun {
namespace {

constexpr std::size_t kMostShown = 100;  ///< errors of one file, and warnings; a table of thousands of cases can have as many

}  // namespace

void print_faults(Diagnostics& faults) {
  faults.sort();
  std::map<std::pair<std::string, Severity>, std::size_t> counts;
  for (const Diagnostic& fault : faults.all())
    if (++counts[{fault.place.file, fault.severity}] <= kMostShown) fmt::print(stderr, "{}\n", printable(to_string(fault)));
  for (const auto& [of, count] : counts)
    if (count > kMostShown)
      fmt::print(stderr, "{}: and {} more {}s\n", printable(of.first.empty() ? "command line" : of.first), count - kMostShown,
                 of.second == Severity::error ? "error" : "warning");
}

std::string verdict(const Diagnostics& faults) {
  const auto& all = faults.all();
  const auto errors = static_cast<std::size_t>(
      std::count_if(all.begin(), all.end(), [](const Diagnostic& f) { return f.severity == Severity::error; }));
  const std::size_t warnings = all.size() - errors;
  const std::string first = errors ? count_text(errors, "error") : "no errors";
  return warnings ? first + ", " + count_text(warnings, "warning") : first;
}

}  // namespace flowrun
