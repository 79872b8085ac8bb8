#include "dense_labels.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <utility>

#include "channels.h"
#include "common/grid/class_weights.h"
#include "common/grid/inputs.h"
#include "common/grid/voxels.h"
#include "common/torch/inference.h"
#include "common/torch/parameters.h"
#include "flowrun/sdk/node.h"
#include "flowrun/sdk/payloads.h"
#include "grid_check.h"
#include "patch_runner.h"
#include "patchwise.h"
#include "shared_runner.h"
#include "sliding_network.h"

namespace flowrun::cnn {
namespace {

constexpr VariadicInput<Volume> kVolumes{"volumes", "Images, one a channel, on one grid", Scope::per_case};
constexpr Input<VoxelList> kVoxels{"voxels", "Where the class is wanted, on the volumes' grid", Scope::per_case};
constexpr Output<Labels> kLabels{"labels", "The label of the class that scores highest, on the list's grid; 0 elsewhere"};

/// Patches that one task cuts and scores when a network is run patch by patch.
constexpr std::int64_t kPatchesPerTask = 128;

using Volumes = std::vector<const Volume*>;
using VoxelSpan = std::span<const std::int64_t>;

class DenseLabels : public Node {
 public:
  void open(OpenContext& context) override;
  void process(Context& context) override;

 private:
  std::string why_not_sliding();
  void run_boxes(Context& context, const Volumes& volumes, const VoxelList& list, Labels& labels) const;
  void run_patches(Context& context, const Volumes& volumes, const VoxelList& list, Labels& labels) const;
  at::Tensor scores_of(const Volumes& volumes, const VoxelBox& box) const;
  std::array<std::int64_t, 3> tile_size() const;
  std::int32_t label_of(const float* scores, std::int64_t classes, std::int64_t step, const Labels& labels,
                        std::int64_t voxel) const;

  std::unique_ptr<const PatchRunner> patches_;
  std::optional<SlidingNetwork> sliding_;
  std::int32_t first_ = 0;
  std::vector<double> weights_;  ///< of the classes; empty: all alike
  std::int64_t tile_ = 0;
  GridRules rules_;
};

void DenseLabels::open(OpenContext& context) {
  const Params& params = context.params();
  first_ = static_cast<std::int32_t>(params.integer("first"));
  tile_ = params.integer("tile");
  rules_ = grid_rules_of(params);
  weights_ = grid::class_weights_of(params);
  patches_ = std::make_unique<PatchRunner>(params.text("model"), params.integer("batch"), c10::Device(c10::kCPU));
  const network::ModelDescription& description = patches_->description();
  const std::string name = "the network in '" + patches_->model().path() + "'";
  if (description.size[0] == 0 && description.views.empty())
    throw Error(name +
                " does not say the size of a patch; give it a description (docs/own-models.md), or cut patches by "
                "patches.extract and run it by cnn.stage");
  if (!description.classes.empty()) grid::require_class_weights(weights_, description.classes.size());
  check_channel_count(context, kVolumes.name, description, patches_->model().path());
  const std::string& strategy = params.text("strategy");
  if (strategy == "patch") return;
  const std::string reason = why_not_sliding();
  if (reason.empty()) return;
  const std::string sentence = name + " does not give the same over whole images as in patches: " + reason;
  if (strategy == "dense") throw Error(sentence + "; set the parameter 'strategy' to auto or patch to run it patch by patch");
  context.warn(sentence + "; it is run patch by patch");
}

std::string DenseLabels::why_not_sliding() {
  SlidingOrWhyNot found = sliding_network(patches_->description(), tensor::load_parameters(patches_->model().path()));
  if (!found.network) return found.reason;
  sliding_ = std::move(found.network);
  if (agrees(*sliding_, *patches_)) return "";
  sliding_.reset();
  return "it does not compute what its description says";
}

void DenseLabels::process(Context& context) {
  const Volumes volumes = context.in(kVolumes);
  const VoxelList& list = context.in(kVoxels);
  grid::require_channels(volumes, kVolumes.name, list);
  grid::require_valid(list, "voxels");
  patches_->check_contrasts(grid::contrasts_of(volumes));
  check_grid(patches_->description(), patches_->model().path(), list.geometry, rules_);
  Labels labels;
  labels.geometry = list.geometry;
  labels.source = list.source;
  labels.facts.kind = flowrun::kLabels;
  labels.facts.space = volumes.front()->facts.space;
  labels.voxels.resize(static_cast<std::size_t>(labels.geometry.voxel_count()));
  const auto& classes = patches_->description().classes;
  for (std::size_t i = 0; i < classes.size(); ++i)
    if (const std::int32_t label = first_ + static_cast<std::int32_t>(i); label != 0) labels.names[label] = classes[i];
  context.report("voxels", static_cast<double>(list.voxels.size()));
  context.report("patches", static_cast<double>(sliding_ ? 0 : list.voxels.size()));
  if (sliding_) run_boxes(context, volumes, list, labels);
  else run_patches(context, volumes, list, labels);
  if (!context.cancelled()) context.emit(kLabels, std::move(labels));
}

/// The first of the highest scores, of which each comes `step` values after the one before.
std::int32_t DenseLabels::label_of(const float* scores, std::int64_t classes, std::int64_t step, const Labels& labels,
                                   std::int64_t voxel) const {
  std::int64_t best = 0;
  double highest = -std::numeric_limits<double>::infinity();
  for (std::int64_t i = 0; i < classes; ++i) {
    if (std::isnan(scores[i * step]))
      throw Error("the network in '" + patches_->model().path() + "' gives NaN for the patch around voxel " +
                  grid::voxel_words(labels.geometry, voxel) + "; look for NaN in the images or in the network's weights");
    const double score = grid::weighted(scores[i * step], weights_, static_cast<std::size_t>(i));
    if (score > highest) highest = score, best = i;
  }
  return first_ + static_cast<std::int32_t>(best);
}

/// A network that is flat along an axis shares nothing between the slices along it.
std::array<std::int64_t, 3> DenseLabels::tile_size() const {
  std::array<std::int64_t, 3> size{1, 1, 1};
  for (const SlidingNetwork::Branch& branch : sliding_->branches())
    for (std::size_t axis = 0; axis < 3; ++axis)
      if (branch.size[axis] > 1) size[axis] = tile_;
  if (size == std::array{tile_, tile_, tile_}) size.fill(std::max<std::int64_t>(tile_ / 4, 1));
  return size;
}

VoxelBox box_around(const Geometry& geometry, VoxelSpan voxels) {
  VoxelBox box{geometry.voxel_at(voxels.front()), {1, 1, 1}};
  for (const std::int64_t voxel : voxels)
    for (std::size_t axis = 0; axis < 3; ++axis) {
      const std::int64_t at = geometry.voxel_at(voxel)[axis], end = std::max(box.low[axis] + box.size[axis], at + 1);
      box.low[axis] = std::min(box.low[axis], at);
      box.size[axis] = end - box.low[axis];
    }
  return box;
}

void DenseLabels::run_boxes(Context& context, const Volumes& volumes, const VoxelList& list, Labels& labels) const {
  const auto tile = tile_size();
  std::map<std::array<std::int64_t, 3>, std::vector<std::int64_t>> by_tile;
  for (const std::int64_t voxel : list.voxels) {
    auto place = list.geometry.voxel_at(voxel);
    for (std::size_t axis = 0; axis < 3; ++axis) place[axis] /= tile[axis];
    by_tile[place].push_back(voxel);
  }
  std::vector<VoxelSpan> tiles;
  for (const auto& [place, voxels] : by_tile) tiles.emplace_back(voxels);
  Advance advance(context);
  context.parallel_for(static_cast<std::int64_t>(tiles.size()), [&](std::int64_t i) {
    if (context.cancelled()) return;
    const VoxelSpan voxels = tiles[static_cast<std::size_t>(i)];
    const VoxelBox box = box_around(list.geometry, voxels);
    const at::Tensor scores = scores_of(volumes, box);
    grid::require_class_weights(weights_, static_cast<std::size_t>(scores.size(0)));
    const std::int64_t step = box.size[0] * box.size[1] * box.size[2];
    for (const std::int64_t voxel : voxels) {
      const auto at = list.geometry.voxel_at(voxel);
      const std::int64_t place = (at[0] - box.low[0]) + box.size[0] * ((at[1] - box.low[1]) + box.size[1] * (at[2] - box.low[2]));
      labels.voxels[static_cast<std::size_t>(voxel)] =
          label_of(scores.data_ptr<float>() + place, scores.size(0), step, labels, voxel);
    }
    advance.by(static_cast<double>(voxels.size()) / static_cast<double>(list.voxels.size()));
  });
}

void DenseLabels::run_patches(Context& context, const Volumes& volumes, const VoxelList& list, Labels& labels) const {
  const auto count = static_cast<std::int64_t>(list.voxels.size());
  Advance advance(context);
  context.parallel_for((count + kPatchesPerTask - 1) / kPatchesPerTask, [&](std::int64_t task) {
    const std::int64_t first = task * kPatchesPerTask, here = std::min(kPatchesPerTask, count - first);
    const VoxelSpan voxels = VoxelSpan(list.voxels).subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(here));
    const Scores scores = scores_of_patches(*patches_, volumes, list.geometry, voxels, [&] { return context.cancelled(); });
    if (context.cancelled()) return;
    grid::require_class_weights(weights_, static_cast<std::size_t>(scores.classes));
    for (std::size_t i = 0; i < voxels.size(); ++i)
      labels.voxels[static_cast<std::size_t>(voxels[i])] =
          label_of(scores.values.data() + i * static_cast<std::size_t>(scores.classes), scores.classes, 1, labels, voxels[i]);
    advance.by(static_cast<double>(here) / static_cast<double>(count));
  });
}

/// The whole box at once.
at::Tensor DenseLabels::scores_of(const Volumes& volumes, const VoxelBox& box) const {
  const tensor::InferenceScope scope(1);
  try {
    return sliding_->scores(volumes, box);
  } catch (const c10::Error& failure) {
    const std::string reason = tensor::short_reason(failure);
    throw Error(tensor::is_out_of_memory(failure) ? "there is not enough memory for a region of " +
                                                        network::in_words(std::vector{box.size}) + "; lower parameter 'tile'"
                                                  : "the network in '" + patches_->model().path() + "' fails: " + reason);
  }
}

std::vector<ParamSpec> params() {
  std::vector<ParamSpec> specs = PatchRunner::params();
  std::erase_if(specs, [](const ParamSpec& spec) { return spec.name == "output_class" || spec.name == "activation"; });
  for (ParamSpec& spec : specs)
    if (spec.name == "batch") spec.help += ", where it is run patch by patch";
  specs.push_back({.name = "first",
                   .type = ParamType::integer,
                   .default_value = std::int64_t{0},
                   .help = "Label of the first class: 0 where it is the background, as train.sample_labels numbers them",
                   .min = 0,
                   .max = 1});
  specs.push_back(grid::class_weights_param());
  specs.push_back({.name = "strategy",
                   .type = ParamType::choice,
                   .default_value = std::string("auto"),
                   .help = "Whole regions at once (dense), patch by patch (patch), or dense where that is exact (auto)",
                   .choices = {"auto", "dense", "patch"}});
  specs.push_back(
      {.name = "tile",
       .type = ParamType::integer,
       .default_value = std::int64_t{64},
       .help = "Largest side of a region that is computed at once, a quarter of it for 3D networks; it bounds the memory",
       .min = 1,
       .max = 4096,
       .unit = "voxels"});
  return specs;
}

}  // namespace

NodeType dense_labels_type() {
  NodeType type;
  type.name = "cnn.dense_labels";
  type.summary = "The class of each voxel of a list by a patch network, whole regions at once where that is exact";
  type.details =
      "Gives each voxel of the list the class that scores highest for the patches around it, of equal scores the first; voxels "
      "that are not in the list get 0. The first class has the label 'first', the others the numbers behind it; names are those "
      "that the model says. It gives what patches.extract, cnn.stage and patches.scatter_labels give together, several views of "
      "a voxel (patches.extract_like) included; only where two scores are equal but for rounding may the class be the other "
      "one.\n\n"
      "A network whose convolutions have no padding and no stride gives the same in a patch as over the whole image. It then "
      "runs over whole regions (slices, where it is flat): behind a pool, layers read values at its stride (Giusti et al., "
      "ICIP "
      "2013; Li, Zhao and Wang, arXiv 1412.4526), and dense layers become convolutions. So each product of neighbouring patches "
      "is computed once. Branches and views are run each over the region and joined at each voxel. Layers that can: convolution, "
      "pool, batch_norm, activations, flatten, dense, dropout, softmax; each branch has to end in one voxel. The description is "
      "compared with "
      "the network on a few patches when the node opens. Any other network runs patch by patch, and a warning says why once. "
      "Networks with padded convolutions and two classes: cnn.dense_inference.\n\n"
      "The description inside the model has to say the channels and the size or the views of a patch. Voxels outside the volumes "
      "count as 0. It runs on the CPU, on the engine's free threads; results are the same bit by bit for any number of threads. "
      "Memory of a task: about the largest layer's channels x the region x 8 bytes.\n\n"
      "Errors: as cnn.stage for the model; volumes and list not on one grid; strategy dense and a network that is not exact so; "
      "'class_weights' of another count than the classes, or with scores outside of 0 to 1; "
      "NaN. Reports voxels, and patches: those of them that were run patch by patch.";
  type.inputs = {kVolumes, kVoxels};
  type.outputs = {kLabels};
  type.params = params();
  type.create = create_node<DenseLabels>;
  return type;
}

}  // namespace flowrun::cnn
