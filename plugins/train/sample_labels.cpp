#include "sample_labels.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "common/grid/inputs.h"
#include "draw.h"
#include "flowrun/sdk/node.h"
#include "random_order.h"
#include "sample_params.h"
#include "samples.h"

namespace flowrun::train {
namespace {

constexpr VariadicInput<Volume> kVolumes{"volumes", "Images, one a channel, prepared as for the network's use", Scope::per_case};
constexpr Input<Labels> kLabels{"labels", "The classes, on the same grid", Scope::per_case};
constexpr OptionalInput<Mask> kRegion{"region", "Voxels that are drawn among, on the same grid; missing: all", Scope::per_case};
constexpr Output<Samples> kSamples{"samples", "The voxels with their classes and patches"};

constexpr std::int64_t kMostClasses = 256;

/// The voxels of each class, in their order. Labels outside of the classes are left out.
std::vector<Voxels> pools_of(const Labels& labels, const Mask* region, std::int64_t classes, std::int64_t first) {
  std::vector<Voxels> pools(static_cast<std::size_t>(classes));
  for (std::size_t i = 0; i < labels.voxels.size(); ++i) {
    const std::int64_t number = labels.voxels[i] - first;
    if (number < 0 || number >= classes || (region && !region->voxels[i])) continue;
    pools[static_cast<std::size_t>(number)].push_back(static_cast<std::int64_t>(i));
  }
  return pools;
}

class SampleLabels : public Node {
 public:
  void open(OpenContext& context) override { sizes_of(context.params()); }  // faults are found before any case

  void process(Context& context) override {
    const auto volumes = context.in(kVolumes);
    const Labels& labels = context.in(kLabels);
    const Mask* region = context.in(kRegion);
    const Params& params = context.params();
    for (const Volume* volume : volumes) grid::require_one_grid(*volume, "volumes", labels, "labels");
    if (region) grid::require_one_grid(*region, "region", labels, "labels");
    warn_of_others(context, labels, region);
    const std::int64_t first = params.integer("first");
    const auto pools = pools_of(labels, region, params.integer("classes"), first);
    const std::vector<std::int64_t> wanted = wanted_of(params, pools);

    Samples samples;
    samples.case_name = context.case_name();
    samples.geometry = labels.geometry;
    samples.sizes = sizes_of(params);
    draw(context, pools, wanted, samples);
    report(context, labels, pools, wanted, first);
    cut_values(samples, volumes, static_cast<float>(params.number("padding")));
    context.report("sample_bytes", static_cast<double>(samples.bytes()));
    context.emit(kSamples, std::move(samples));
  }

 private:
  /// A number for each class, where a parameter has one for all or one for each.
  template <class Number>
  static std::vector<Number> of_each_class(std::vector<Number> numbers, std::size_t classes, const char* name) {
    if (numbers.size() == 1) numbers.assign(classes, numbers.front());
    if (numbers.size() != classes)
      throw Error(std::string("parameter '") + name + "' has " + std::to_string(numbers.size()) + " numbers for " +
                  std::to_string(classes) + " classes; give one for each class, or one for all");
    return numbers;
  }

  /// How many voxels of each class are drawn.
  static std::vector<std::int64_t> wanted_of(const Params& params, const std::vector<Voxels>& pools) {
    if (params.numbers("shares").empty()) return of_each_class(params.integers("voxels"), pools.size(), "voxels");
    const std::vector<double> shares = of_each_class(params.numbers("shares"), pools.size(), "shares");
    std::vector<std::int64_t> wanted;
    for (std::size_t i = 0; i < pools.size(); ++i)
      wanted.push_back(std::llround(shares[i] * static_cast<double>(pools[i].size())));
    return wanted;
  }

  /// Labels that are no class are left out, which may be meant or not. The background need not be one.
  static void warn_of_others(Context& context, const Labels& labels, const Mask* region) {
    const std::int64_t first = context.params().integer("first"), classes = context.params().integer("classes");
    std::map<std::int32_t, std::int64_t> others;
    for (std::size_t i = 0; i < labels.voxels.size(); ++i) {
      const std::int32_t label = labels.voxels[i];
      if (label == 0 || (label >= first && label < first + classes) || (region && !region->voxels[i])) continue;
      ++others[label];
    }
    constexpr std::size_t kMost = 8;
    std::string text;
    std::size_t named = 0;
    for (const auto& [label, voxels] : others)
      if (++named <= kMost)
        text += (text.empty() ? "" : ", ") + std::to_string(label) + " (" + std::to_string(voxels) +
                (voxels == 1 ? " voxel)" : " voxels)");
    if (others.size() > kMost) text += " and " + std::to_string(others.size() - kMost) + " more";
    if (!text.empty())
      context.warn("labels that are no class, since the classes are " + std::to_string(first) + " to " +
                   std::to_string(first + classes - 1) + ", are left out: " + text);
  }

  static void draw(Context& context, const std::vector<Voxels>& pools, const std::vector<std::int64_t>& wanted,
                   Samples& samples) {
    const auto seed = static_cast<std::uint64_t>(context.params().integer("seed"));
    const std::uint64_t of_case = stream(seed, Purpose::positives, hash_of(context.case_name()));
    std::vector<std::pair<std::int64_t, std::uint8_t>> drawn_voxels;
    for (std::size_t i = 0; i < pools.size(); ++i)
      for (const std::int64_t voxel : drawn(pools[i], wanted[i], stream(of_case, Purpose::positives, i)))
        drawn_voxels.emplace_back(voxel, static_cast<std::uint8_t>(i));
    std::sort(drawn_voxels.begin(), drawn_voxels.end());
    for (const auto& [voxel, label] : drawn_voxels) {
      samples.voxels.push_back(voxel);
      samples.labels.push_back(label);
      samples.positives += label != 0;
    }
  }

  static void report(Context& context, const Labels& labels, const std::vector<Voxels>& pools,
                     const std::vector<std::int64_t>& wanted, std::int64_t first) {
    std::int64_t all = 0;
    std::string few;
    for (std::size_t i = 0; i < pools.size(); ++i) {
      const auto there = static_cast<std::int64_t>(pools[i].size());
      all += std::min(there, wanted[i]);
      if (there >= wanted[i]) continue;
      const auto label = static_cast<std::int32_t>(first + static_cast<std::int64_t>(i));
      const auto name = labels.names.find(label);
      few += (few.empty() ? "" : ", ") +
             (name == labels.names.end() ? "label " + std::to_string(label) : "'" + name->second + "'") + " has " +
             std::to_string(there) + " of " + std::to_string(wanted[i]);
    }
    context.report("samples", static_cast<double>(all));
    constexpr std::size_t kMostReported = 16;
    for (std::size_t i = 0; i < pools.size() && pools.size() <= kMostReported; ++i)
      context.report("class_" + std::to_string(i) + "_voxels", static_cast<double>(pools[i].size()));
    if (!few.empty()) context.warn("classes with fewer voxels than wanted, of which all are taken: " + few);
  }
};

std::vector<ParamSpec> sample_params() {
  return {
      patch_size_param("Size of a patch along x, y and z, as the network takes it; 1 along an axis for flat patches"),
      {.name = "classes",
       .type = ParamType::integer,
       .default_value = std::int64_t{2},
       .help = "How many classes there are",
       .min = 2,
       .max = static_cast<double>(kMostClasses)},
      {.name = "first",
       .type = ParamType::integer,
       .default_value = std::int64_t{0},
       .help = "Label of the first class; with 1 the background is not trained on",
       .min = 0,
       .max = 1},
      {.name = "voxels",
       .type = ParamType::integers,
       .default_value = std::vector<std::int64_t>{1000},
       .help = "Voxels of each class that are drawn in a case: one number for each class, or one for all",
       .min = 0,
       .max = 100000000,
       .unit = "voxels"},
      {.name = "shares",
       .type = ParamType::numbers,
       .default_value = std::vector<double>{},
       .help = "Share of the voxels of each class that is drawn in a case, in the place of 'voxels': one number for each class, "
               "or one for all; empty: as 'voxels' says",
       .min = 0,
       .max = 1},
      padding_param(),
      draw_seed_param()};
}

}  // namespace

NodeType sample_labels_type() {
  NodeType type;
  type.name = "train.sample_labels";
  type.summary = "Voxels of each class of a case, to train a network on";
  type.details =
      "Draws 'voxels' voxels of each class at random, without repeats, so that rare classes are not crowded out, and so that "
      "each "
      "case counts alike. With 'shares' it draws a share of those that a case has. The classes are "
      "the "
      "labels from 'first' on; other labels are left out, and so are voxels outside of 'region'. The class of a sample is its "
      "label less "
      "'first': the number of the network's score. What is drawn depends on the seed and the case's name alone. Patches are cut "
      "as by "
      "train.sample. Where labels other than 0 are left out a warning names them.\n\n"
      "A class with fewer voxels than wanted gives all that it has, with a warning that names it. Errors: volumes, labels or "
      "region on "
      "different grids; a wrong count of numbers in 'voxels' or 'shares'. Reports samples, sample_bytes, and of up to 16 classes "
      "how many voxels each has to draw from (class_0_voxels).";
  type.inputs = {kVolumes, kLabels, kRegion};
  type.outputs = {kSamples};
  type.params = sample_params();
  type.concurrent = true;
  type.create = create_node<SampleLabels>;
  return type;
}

}  // namespace flowrun::train
