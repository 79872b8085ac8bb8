#include "sample.h"

#include <algorithm>
#include <cmath>
#include <iterator>

#include "common/grid/inputs.h"
#include "draw.h"
#include "flowrun/sdk/node.h"
#include "random_order.h"
#include "sample_params.h"
#include "samples.h"

namespace flowrun::train {
namespace {

constexpr VariadicInput<Volume> kVolumes{"volumes", "Images, one a channel, prepared as for the network's use", Scope::per_case};
constexpr Input<Mask> kLesions{"lesions", "The lesions, on the same grid", Scope::per_case};
constexpr Input<VoxelList> kCandidates{"candidates", "Voxels that negatives are drawn among, on the same grid", Scope::per_case};
constexpr OptionalInput<Volume> kProbability{"probability", "Probability of lesion by an earlier network, on the same grid",
                                             Scope::per_case};
constexpr Output<Samples> kSamples{"samples", "The voxels with their labels and patches"};

/// The candidates that are not lesion and, with a map, above the threshold in it.
Voxels negatives_among(const VoxelList& candidates, const Mask& lesions, const Volume* probability, double threshold) {
  Voxels pool;
  for (const std::int64_t voxel : candidates.voxels) {
    const auto index = static_cast<std::size_t>(voxel);
    if (lesions.voxels[index] || (probability && !(probability->voxels[index] > threshold))) continue;
    pool.push_back(voxel);
  }
  return pool;
}

void check_grids(const std::vector<const Volume*>& volumes, const Mask& lesions, const VoxelList& candidates,
                 const Volume* probability) {
  for (const Volume* volume : volumes) grid::require_one_grid(*volume, "volumes", lesions, "lesions");
  require_same_grid(candidates.geometry, grid::name_of(candidates.source, "candidates"), lesions.geometry,
                    grid::name_of(lesions.source, "lesions"));
  if (probability) grid::require_one_grid(*probability, "probability", lesions, "lesions");
  const bool outside = std::any_of(candidates.voxels.begin(), candidates.voxels.end(),
                                   [&](std::int64_t voxel) { return voxel < 0 || voxel >= lesions.geometry.voxel_count(); });
  if (outside) throw Error("the candidates name a voxel outside of their grid; the plugin that made them is at fault");
}

/// Positives and negatives in one ascending list with their labels.
void merge(Samples& samples, const Voxels& positives, const Voxels& negatives) {
  std::merge(positives.begin(), positives.end(), negatives.begin(), negatives.end(), std::back_inserter(samples.voxels));
  for (const std::int64_t voxel : samples.voxels)
    samples.labels.push_back(std::binary_search(positives.begin(), positives.end(), voxel) ? 1 : 0);
  samples.positives = static_cast<std::int64_t>(positives.size());
}

class Sample : public Node {
 public:
  void open(OpenContext& context) override { sizes_of(context.params()); }  // faults are found before any case

  void process(Context& context) override {
    const auto volumes = context.in(kVolumes);
    const Mask& lesions = context.in(kLesions);
    const VoxelList& candidates = context.in(kCandidates);
    const Volume* probability = context.in(kProbability);
    check_grids(volumes, lesions, candidates, probability);

    const Params& params = context.params();
    const auto seed = static_cast<std::uint64_t>(params.integer("seed"));
    const std::uint64_t of_case = hash_of(context.case_name());
    const std::int64_t most = params.integer("most_positives");
    const Voxels all = voxels_of(lesions);
    const double balance = params.number("lesion_balance");
    const Voxels positives =
        most > 0 ? drawn_by_component(lesions, most, balance, stream(seed, Purpose::positives, of_case)) : all;
    const auto wanted = std::llround(static_cast<double>(positives.size()) * params.number("negatives"));
    const Voxels pool = negatives_among(candidates, lesions, probability, params.number("threshold"));
    const Voxels negatives = drawn(pool, wanted, stream(seed, Purpose::negatives, of_case));
    tell(context, lesions, all, positives, negatives, pool, wanted);

    Samples samples;
    samples.case_name = context.case_name();
    samples.geometry = lesions.geometry;
    samples.sizes = sizes_of(params);
    merge(samples, positives, negatives);
    cut_values(samples, volumes, static_cast<float>(params.number("padding")));
    context.report("sample_bytes", static_cast<double>(samples.bytes()));
    context.emit(kSamples, std::move(samples));
  }

 private:
  static void tell(Context& context, const Mask& lesions, const Voxels& all, const Voxels& positives, const Voxels& negatives,
                   const Voxels& pool, std::int64_t wanted) {
    const auto short_of = wanted - static_cast<std::int64_t>(negatives.size());
    context.report("lesion_voxels", static_cast<double>(all.size()));
    context.report("positives", static_cast<double>(positives.size()));
    context.report("negatives", static_cast<double>(negatives.size()));
    context.report("negatives_short", static_cast<double>(short_of));
    if (all.empty())
      context.warn("'" + grid::name_of(lesions.source, "lesions") +
                   "' has no lesion voxel, so this case adds nothing to the training");
    else if (short_of > 0)
      context.warn("only " + std::to_string(pool.size()) + " candidates that are not lesion for " + std::to_string(wanted) +
                   " that were wanted; all of them are taken, and this case has more lesion voxels than others");
  }
};

std::vector<ParamSpec> sample_params() {
  return {
      patch_size_param("Size of a patch along x, y and z, as the network takes it"),
      {.name = "negatives",
       .default_value = 1.0,
       .help = "Voxels that are not lesion, for each lesion voxel",
       .min = 0,
       .max = 1000},
      {.name = "threshold", .default_value = 0.5, .help = "With a probability map: only candidates above this in it are drawn"},
      {.name = "most_positives",
       .type = ParamType::integer,
       .default_value = std::int64_t{0},
       .help = "At most so many lesion voxels, drawn at random; 0 takes all",
       .min = 0,
       .unit = "voxels"},
      {.name = "lesion_balance",
       .default_value = 0.0,
       .help =
           "With most_positives: a voxel of a lesion of n voxels is drawn with the weight n^-lesion_balance; 0: all voxels are "
           "alike, 1: all lesions are",
       .min = 0,
       .max = 1},
      padding_param(),
      draw_seed_param()};
}

}  // namespace

NodeType sample_type() {
  NodeType type;
  type.name = "train.sample";
  type.summary = "Lesion voxels of a case and as many others, to train a network on";
  type.details =
      "Positives are the voxels of the lesion mask. Negatives are drawn at random, as many as 'negatives' times the positives, "
      "among the candidates that are not lesion; with a probability map only among those above 'threshold' in it, which are the "
      "mistakes of the network that made the map. With 'most_positives' and 'lesion_balance' small lesions count for more than "
      "their voxels, which large ones would crowd out. Without the map this is step 1 of the training of Cabezas et al., with it "
      "step "
      "2 "
      "(MSSEG challenge 2016). What is drawn depends on the seed and the case's name alone.\n\n"
      "Patches are those of patches.extract: centred on the voxel (index size/2, rounded down), one channel for each volume in "
      "the order given. They are kept as patches or as a box of the volumes that they are cut from later, whichever is "
      "smaller; sample_bytes says how many bytes that is.\n\n"
      "A case without lesions gives no samples and a warning; too few candidates are all taken, with a warning. Errors: "
      "volumes, mask, candidates or map on different grids. Reports lesion_voxels, positives, negatives, negatives_short and "
      "sample_bytes.";
  type.inputs = {kVolumes, kLesions, kCandidates, kProbability};
  type.outputs = {kSamples};
  type.params = sample_params();
  type.concurrent = true;
  type.create = create_node<Sample>;
  return type;
}

}  // namespace flowrun::train
