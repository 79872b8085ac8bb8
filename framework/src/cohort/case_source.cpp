#include "cohort/case_source.h"

namespace flowrun {

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
