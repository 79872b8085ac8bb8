#include <fmt/format.h>

#include "cohort/folds.h"
#include "flowrun/host/crossval.h"

namespace flowrun {
namespace {

namespace fs = std::filesystem;

/// The table that a fold ends with, which one of its steps must have written: an old file of that name does not count.
fs::path measures_of(const CrossvalRequest& request, const PreparedCrossval& prepared, const Fold& fold, Diagnostics& faults) {
  const fs::path folder = fs::absolute(fs::path(request.out) / fold.name);
  const fs::path file =
      substituted(prepared.plan.measures, {{"fold", folder.string()}}, {prepared.plan.file.string(), 0, 0}, faults);
  std::error_code unknown;
  const fs::path real = fs::weakly_canonical(file, unknown);
  for (std::size_t i = 0; i < prepared.plan.steps.size(); ++i)
    for (const fs::path& written : StepRun(request, prepared, fold, i).outputs())
      if (written == real) return file;
  faults.error({prepared.plan.file.string(), 0, 0},
               fmt::format("fold {}: no step has written '{}', which 'measures' of the plan names", fold.name, file.string()));
  return file;
}

}  // namespace

FoldMeasures measures_of_folds(const CrossvalRequest& request, const PreparedCrossval& prepared, Diagnostics& faults) {
  FoldMeasures measures;
  for (const Fold& fold : prepared.folds) {
    const fs::path file = measures_of(request, prepared, fold, faults);
    if (!faults.has_errors()) measures.add(file, faults);
  }
  return measures;
}

}  // namespace flowrun
