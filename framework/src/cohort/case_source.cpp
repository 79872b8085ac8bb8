#include "cohort/case_source.h"

#include <algorithm>

namespace flowrun {

std::string quoted_list(const std::vector<std::string>& names) {
  constexpr std::size_t kMost = 5;
  std::string text;
  for (std::size_t i = 0; i < std::min(names.size(), kMost); ++i) text += (i ? ", '" : "'") + names[i] + "'";
  return names.size() > kMost ? text + " and " + std::to_string(names.size() - kMost) + " more" : text;
}

void add_common(const CommonValues& common, Case& one) {
  for (const auto& [name, value] : common) {
    one.inputs[name] = value;
    one.own.insert(name);
  }
}

std::unique_ptr<CaseSource> no_cases() {
  class NoCases : public CaseSource {
    CaseList read() override { return {}; }
  };
  return std::make_unique<NoCases>();
}

}  // namespace flowrun
