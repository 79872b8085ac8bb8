#include "dense_inference.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <numeric>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "common/grid/inputs.h"
#include "common/grid/patch.h"
#include "common/grid/voxels.h"
#include "common/torch/kept_memory.h"
#include "common/torch/parameters.h"
#include "flowrun/sdk/node.h"
#include "flowrun/sdk/payloads.h"
#include "channels.h"
#include "patch_runner.h"
#include "shared_network.h"
#include "shared_runner.h"

namespace flowrun::cnn {
namespace {

constexpr VariadicInput<Volume> kVolumes{"volumes", "Images, one a channel, on one grid", Scope::per_case};
constexpr Input<VoxelList> kVoxels{"voxels", "Where the probability is wanted, on the volumes' grid", Scope::per_case};
constexpr Output<Volume> kMap{"map", "The class's score at the voxels of the list"};
constexpr Output<Scores> kScores{"scores", "The same as a list, one score for each voxel"};

constexpr double kMebibyte = 1024.0 * 1024.0;
/// Sums in another order differ by about 1e-6; a description that is not the network's, by far more.
constexpr float kSameNetwork = 1e-4f;
/// Patches that one task cuts and scores when a network is run patch by patch.
constexpr std::int64_t kPatchesPerTask = 128;

using Volumes = std::vector<const Volume*>;

class DenseInference : public Node {
 public:
  void open(OpenContext& context) override;
  void process(Context& context) override;

 private:
  std::string why_not_shared(const OpenContext& context);
  bool agrees_with_model() const;
  void check_inputs(const Volumes& volumes, const VoxelList& list) const;
  Split split(Context& context, const Volumes& volumes, const VoxelList& list) const;
  std::vector<float> scores(Context& context, const Volumes& volumes, const VoxelList& list) const;
  void run_alone(Context& context, const Volumes& volumes, const VoxelList& list, std::span<const std::int64_t> positions,
                 std::vector<float>& scores) const;
  PatchBatch no_patches(const Volumes& volumes, const VoxelList& list) const;
  float chosen(const float* classes, std::int64_t count) const;

  std::unique_ptr<const PatchRunner> patches_;
  std::unique_ptr<const SharedNetworkRunner> shared_;
  std::string strategy_;
  std::string activation_;
  std::int64_t output_class_ = 0;
  double background_ = 0;
};

void DenseInference::open(OpenContext& context) {
  const Params& params = context.params();
  patches_ = std::make_unique<PatchRunner>(params, c10::Device(c10::kCPU));
  activation_ = params.text("activation");
  output_class_ = params.integer("output_class");
  background_ = params.number("background");
  if (patches_->description().size[0] == 0)
    throw Error(
        "the network in '" + patches_->model().path() +
        "' does not say the size of a patch; give it a description (docs/own-models.md), or cut patches by patches.extract "
        "and run it by cnn.stage");
  check_channel_count(context, kVolumes.name, patches_->description(), patches_->model().path());
  strategy_ = params.text("strategy");
  if (strategy_ == "patch") return;
  const std::string reason = why_not_shared(context);
  if (reason.empty()) return;
  const std::string sentence =
      "the network in '" + patches_->model().path() + "' cannot share the arithmetic of overlapping patches: " + reason;
  if (strategy_ == "dense") throw Error(sentence + "; set the parameter 'strategy' to auto or patch to run it patch by patch");
  context.warn(sentence + "; it is run patch by patch");
}

std::string DenseInference::why_not_shared(const OpenContext& context) {
  const SharedNetwork found = shared_network(patches_->description(), tensor::load_parameters(patches_->model().path()));
  if (!found.network) return found.reason;
  if (output_class_ >= found.network->classes()) return "it has no class " + std::to_string(output_class_);
  const double bytes = context.params().number("memory") * kMebibyte;
  shared_ = std::make_unique<SharedNetworkRunner>(*found.network, static_cast<std::size_t>(bytes), context.threads());
  if (agrees_with_model()) return "";
  shared_ = nullptr;
  return "it does not compute what its description says";
}

// A description is text that anyone may have written: the model itself decides, on patches that are the same each time.
bool DenseInference::agrees_with_model() const {
  const network::ModelDescription& description = patches_->description();
  PatchBatch patches;
  patches.geometry.size = {4, 1, 1};
  patches.voxels = {0, 1, 2, 3};
  patches.channels = static_cast<std::int64_t>(description.channels.size());
  patches.size = description.size;
  patches.values.resize(static_cast<std::size_t>(patches.count() * patches.values_per_patch()));
  std::uint32_t state = 1;
  for (float& value : patches.values) {
    state = state * 1664525u + 1013904223u;
    value = static_cast<float>(state >> 8) / 4194304.0f - 2.0f;  // -2 to 2, as normalised images have them
  }
  const Scores wanted = patches_->run(patches, 1, [] { return false; });
  const std::vector<float> found = shared_->run_patches(patches);
  const auto classes = static_cast<std::int64_t>(shared_->network().classes);
  for (std::int64_t i = 0; i < patches.count(); ++i) {
    const float difference = chosen(found.data() + i * classes, classes) - wanted.values[static_cast<std::size_t>(i)];
    if (!(std::abs(difference) <= kSameNetwork)) return false;
  }
  return true;
}

// The score that is kept, as PatchRunner gives it.
float DenseInference::chosen(const float* classes, std::int64_t count) const {
  const float score = classes[output_class_];
  if (activation_ == "sigmoid") return 1.0f / (1.0f + std::exp(-score));
  if (activation_ == "none") return score;
  const float largest = *std::max_element(classes, classes + count);
  float sum = 0;
  for (std::int64_t i = 0; i < count; ++i) sum += std::exp(classes[i] - largest);
  return std::exp(score - largest) / sum;
}

void DenseInference::check_inputs(const Volumes& volumes, const VoxelList& list) const {
  grid::require_channels(volumes, kVolumes.name, list);
  grid::require_valid(list, "voxels");
  patches_->check_kind(no_patches(volumes, list));
  patches_->check_contrasts(grid::contrasts_of(volumes));
  patches_->check_grid(list.geometry);
}

void DenseInference::process(Context& context) {
  const Volumes volumes = context.in(kVolumes);
  const VoxelList& list = context.in(kVoxels);
  check_inputs(volumes, list);
  context.report("voxels", static_cast<double>(list.voxels.size()));
  Scores found;
  found.geometry = list.geometry;
  found.voxels = list.voxels;
  found.classes = 1;
  found.values = scores(context, volumes, list);
  if (context.cancelled()) return;
  patches_->refuse_nan(found);
  if (const std::string sentence = patches_->beyond_probabilities(found); !sentence.empty()) context.warn(sentence);
  Volume map = grid::probability_map(list, *volumes.front(), static_cast<float>(background_));
  for (std::size_t i = 0; i < found.voxels.size(); ++i) map.voxels[static_cast<std::size_t>(found.voxels[i])] = found.values[i];
  context.emit(kMap, std::move(map));
  context.emit(kScores, std::move(found));
}

dense::Image image_of(const Volumes& volumes, const VoxelList& list) {
  dense::Image image{list.geometry.size, {}};
  for (const Volume* volume : volumes) image.channels.push_back(volume->voxels.data());
  return image;
}

Split DenseInference::split(Context& context, const Volumes& volumes, const VoxelList& list) const {
  if (shared_ && strategy_ == "dense") return shared_->all_shared(list);
  if (shared_) return shared_->split(context, image_of(volumes, list), list);
  Split all_alone;
  all_alone.alone.resize(list.voxels.size());
  std::iota(all_alone.alone.begin(), all_alone.alone.end(), 0);
  return all_alone;
}

std::vector<float> DenseInference::scores(Context& context, const Volumes& volumes, const VoxelList& list) const {
  const Split parts = split(context, volumes, list);
  std::optional<SharedWork> work;
  if (shared_) work.emplace(*shared_, image_of(volumes, list), list, parts.shared);
  const std::int64_t blocks = work ? work->blocks() : 0;
  const auto alone = static_cast<std::int64_t>(parts.alone.size());
  std::vector<float> scores(list.voxels.size());
  std::optional<tensor::KeptMemory> kept;
  if (alone > 0) kept.emplace();
  Advance advance(context);
  context.parallel_for(blocks + (alone + kPatchesPerTask - 1) / kPatchesPerTask, [&](std::int64_t task) {
    if (task < blocks) return work->run_block(task, context, advance, parts.shared_share());
    const std::int64_t first = (task - blocks) * kPatchesPerTask;
    const std::int64_t count = std::min(kPatchesPerTask, alone - first);
    run_alone(context, volumes, list,
              std::span(parts.alone).subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(count)), scores);
    advance.by((1 - parts.shared_share()) * static_cast<double>(count) / static_cast<double>(alone));
  });
  for (std::size_t i = 0; i < parts.shared.size(); ++i)
    scores[static_cast<std::size_t>(parts.shared[i])] = chosen(work->scores(i), shared_->network().classes);
  context.report("patches", static_cast<double>(alone));
  if (work) context.report("GFLOP", 1e-9 * work->operations());
  return scores;
}

PatchBatch DenseInference::no_patches(const Volumes& volumes, const VoxelList& list) const {
  PatchBatch patches;
  patches.geometry = list.geometry;
  patches.channels = static_cast<std::int64_t>(volumes.size());
  patches.size = patches_->description().size;
  return patches;
}

void DenseInference::run_alone(Context& context, const Volumes& volumes, const VoxelList& list,
                               std::span<const std::int64_t> positions, std::vector<float>& scores) const {
  PatchBatch patches = no_patches(volumes, list);
  for (const std::int64_t position : positions) patches.voxels.push_back(list.voxels[static_cast<std::size_t>(position)]);
  patches.values.resize(static_cast<std::size_t>(patches.count() * patches.values_per_patch()));
  float* patch = patches.values.data();
  for (const std::int64_t voxel : patches.voxels) {
    for (const Volume* volume : volumes) {
      grid::copy_patch(*volume, list.geometry.voxel_at(voxel), patches.size, patch);
      patch += patches.values_per_patch() / patches.channels;
    }
  }
  const Scores found = patches_->run(patches, 1, [&] { return context.cancelled(); });
  for (std::size_t i = 0; i < found.values.size(); ++i) scores[static_cast<std::size_t>(positions[i])] = found.values[i];
}

std::vector<ParamSpec> params() {
  std::vector<ParamSpec> specs = PatchRunner::params();
  for (ParamSpec& spec : specs) {
    if (spec.name == "batch") spec.help += ", where it is run patch by patch";
    if (spec.name == "output_class") {
      spec.help = "The class whose score is kept, numbered from 0";
      spec.min = 0;
    }
  }
  specs.push_back(
      {.name = "strategy",
       .type = ParamType::choice,
       .default_value = std::string("auto"),
       .help = "How patches are run: sharing the arithmetic where they overlap (dense), one by one (patch), or dense where the "
               "network allows it (auto)",
       .choices = {"auto", "dense", "patch"}});
  specs.push_back({.name = "memory",
                   .default_value = 1024.0,
                   .help = "Bound of the memory for the parts of the image that are worked on at the same time",
                   .min = 16,
                   .unit = "MiB"});
  specs.push_back({.name = "background", .default_value = 0.0, .help = "Value of the map at voxels that are not in the list"});
  return specs;
}

}  // namespace

NodeType dense_inference_type() {
  NodeType type;
  type.name = "cnn.dense_inference";
  type.summary = "A patch network's probability at every voxel of a list, with shared arithmetic";
  type.details =
      "Gives for each voxel of the list what cnn.stage gives for the patch around it (difference below 2e-5, by the order of "
      "sums), many times faster where patches overlap: the products that neighbouring patches have in common are computed once, "
      "zero padding inside each patch included. docs/shared-computation.md says how.\n\n"
      "The network's layers are read from its description inside the model file: two convolutions of stride 1, each with "
      "average or maximum pooling behind it, then fully connected layers; ReLU, leaky ReLU or nothing between; any kernel "
      "sizes, padding below the kernel's size and numbers of channels. The description is checked against the network on a few "
      "patches. A network that cannot be shared is run patch by patch, and a warning says why once.\n\n"
      "Channels are the volumes in the order given. Voxels outside the volume count as 0. The work is done in blocks on the "
      "engine's free threads; 'memory' bounds what these take together, beside the images. Voxels that lie too far apart to "
      "share "
      "much are run patch by patch, which is faster for them; strategy dense shares everywhere. Results are the same bit by bit "
      "for any number of threads and any bound. It runs on the CPU, with the vector instructions that the processor "
      "has.\n\n"
      "An empty list gives a map of background. Errors: as cnn.stage; volumes and list not on one grid; strategy dense and a "
      "network that cannot be shared; a model that does not say the size of its patches. Scores outside of 0 to 1 are a warning "
      "once a case, with their range. Reports voxels, patches: those of them "
      "that were run patch by patch, and, where arithmetic is shared, GFLOP: that arithmetic, in 10^9 operations.";
  type.inputs = {kVolumes, kVoxels};
  type.outputs = {kMap, kScores};
  type.params = params();
  type.create = create_node<DenseInference>;
  return type;
}

}  // namespace flowrun::cnn
