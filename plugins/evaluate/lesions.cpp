#include "node_types.h"

#include <limits>

#include "common/grid/inputs.h"
#include "flowrun/sdk/node.h"
#include "flowrun/sdk/payloads.h"
#include "lesion_matching.h"

namespace flowrun::evaluate {
namespace {

constexpr Input<Mask> kFound{"found", "Mask to evaluate", Scope::per_case};
constexpr Input<Mask> kReference{"reference", "Mask taken for the truth, on the same grid", Scope::per_case};
constexpr Output<Table> kTable{"table", "One row: the case and its measures"};

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

struct Measures {
  double sensitivity = kNan, precision = kNan, f1 = 0;
};

Measures measures_of(const LesionCounts& counts) {
  if (counts.reference == 0 && counts.found == 0) return {kNan, kNan, 1};
  Measures measures;
  if (counts.reference > 0) measures.sensitivity = static_cast<double>(counts.detected) / static_cast<double>(counts.reference);
  if (counts.found > 0) measures.precision = static_cast<double>(counts.confirmed) / static_cast<double>(counts.found);
  const double sum = measures.sensitivity + measures.precision;  // NaN when one of the masks has no lesion: f1 stays 0
  if (sum > 0) measures.f1 = 2 * measures.sensitivity * measures.precision / sum;
  return measures;
}

class LesionMeasures : public Node {
 public:
  void process(Context& context) override {
    const Mask& found = context.in(kFound);
    const Mask& reference = context.in(kReference);
    grid::require_one_grid(found, "found", reference, "reference");
    const Params& params = context.params();
    const LesionCounts counts = match_lesions(
        found, reference, {params.number("alpha"), params.number("gamma"), params.number("beta"), params.number("ignored")});
    const Measures measures = measures_of(counts);
    Table table;
    table.columns = {"case",
                     "lesions_reference",
                     "lesions_found",
                     "lesions_detected",
                     "lesions_confirmed",
                     "lesion_sensitivity",
                     "lesion_precision",
                     "lesion_f1"};
    table.rows.push_back({std::string(context.case_name()), counts.reference, counts.found, counts.detected, counts.confirmed,
                          measures.sensitivity, measures.precision, measures.f1});
    context.report("lesion_f1", measures.f1);
    context.emit(kTable, std::move(table));
  }
};

std::vector<ParamSpec> lesion_params() {
  return {{.name = "alpha",
           .default_value = 0.1,
           .help = "A lesion can count as detected when more than this share of its voxels is overlapped",
           .min = 0,
           .max = 1},
          {.name = "gamma",
           .default_value = 0.65,
           .help = "The components over a lesion are looked at, the largest overlap first, until they make up this share of it",
           .min = 0,
           .max = 1},
          {.name = "beta",
           .default_value = 0.7,
           .help = "A component that is looked at may lie outside all lesions with at most this share of its voxels",
           .min = 0,
           .max = 1},
          {.name = "ignored",
           .default_value = 3.0,
           .help = "Components up to this volume are ignored in both masks",
           .min = 0,
           .unit = "mm3"}};
}

}  // namespace

NodeType lesions_type() {
  NodeType type;
  type.name = "evaluate.lesions";
  type.summary = "Detection of a reference's lesions by a mask, by the rules of the MSSEG challenge";
  type.details =
      "Lesions are components of voxels that share a face; those of up to 'ignored' mm3 are left out of both masks first. A "
      "lesion of the reference is detected when more than alpha of its voxels are overlapped by found lesions and, taking those "
      "in the order of their overlap with it until they make up gamma of the overlap, none has more than beta of its voxels "
      "outside all lesions of the reference. A found lesion is confirmed by the same rule with the masks swapped (Commowick et "
      "al., Objective evaluation of multiple sclerosis lesion segmentation using a data management and processing "
      "infrastructure, Scientific Reports 2018).\n\n"
      "lesion_sensitivity = detected / lesions of the reference, lesion_precision = confirmed / lesions found, lesion_f1 their "
      "harmonic mean. Without lesions in the reference the sensitivity, without lesions found the precision has no meaning and "
      "is left empty; f1 is then 0, and 1 when there are none in either. Shares and volumes are compared with a relative "
      "tolerance of 1e-6. Error: masks on two grids. Reports lesion_f1.";
  type.inputs = {kFound, kReference};
  type.outputs = {kTable};
  type.params = lesion_params();
  type.concurrent = true;
  type.create = create_node<LesionMeasures>;
  return type;
}

}  // namespace flowrun::evaluate
