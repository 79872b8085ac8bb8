// A plan of graph runs over folds.
#include "flowrun/host/cross_plan.h"
#include "support/target.h"

void flowrun::fuzz::look_at(std::string_view bytes) {
  static const ScratchFile kFile("plan.json");
  kFile.write(bytes);
  accepts([&] {
    Diagnostics faults;
    const auto plan = load_cross_plan(kFile.path(), faults);
    require(plan || faults.has_errors(), "a plan that is not read has a fault");
    require_sound_faults(faults, bytes);
    if (!plan || faults.has_errors()) return;
    require(plan->folds >= 0 && !plan->steps.empty() && !plan->measures.empty(), "a plan without faults is complete");
  });
}
