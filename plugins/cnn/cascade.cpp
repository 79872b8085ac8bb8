#include "cascade.h"

#include <algorithm>
#include <atomic>
#include <string>
#include <utility>

#include "cascade_job.h"
#include "cascade_node.h"
#include "channels.h"
#include "device/batch_runner.h"
#include "common/grid/inputs.h"
#include "common/grid/voxels.h"
#include "device_nodes.h"
#include "flowrun/sdk/payloads.h"

namespace flowrun::cnn {
namespace {

constexpr VariadicInput<Volume> kVolumes{"volumes", "Images, one a channel, on one grid", Scope::per_case};
constexpr Input<VoxelList> kVoxels{"voxels", "Where the probabilities are wanted, on the volumes' grid", Scope::per_case};
constexpr Output<Volume> kInitial{"initial", "The first network's score at the voxels of the list"};
constexpr Output<Volume> kFinal{"final", "The second network's; 0 where it was not run"};

constexpr std::int64_t kBatchOnCpu = 64, kBatchOnGpu = 4096;

using Volumes = std::vector<const Volume*>;

/// The two networks on one device.
struct Networks {
  std::unique_ptr<const PatchRunner> initial, second;
  Cascade cascade;
};

class CascadeNode : public Node {
 public:
  explicit CascadeNode(std::vector<c10::Device> forced) : forced_(std::move(forced)) {}
  void open(OpenContext& context) override;
  void process(Context& context) override;

 private:
  void check_inputs(const Volumes& volumes, const VoxelList& list) const;
  void run_here(Context& context, CascadeCase& of) const;
  void hand_to_card(Context& context, const Volumes& volumes, const VoxelList& list);
  void emit(Context& context, const VoxelList& list, CascadeCase& of, std::int64_t run_twice) const;
  void warm_up();
  const Networks& on(c10::Device device) const { return *networks_[devices_.index_of(device)]; }
  const PatchRunner& initial() const { return *networks_.front()->initial; }
  const PatchRunner& second() const { return *networks_.front()->second; }

  std::vector<c10::Device> forced_;
  NodeDevices devices_;
  std::vector<std::unique_ptr<Networks>> networks_;  ///< by device
  std::array<std::int64_t, 3> size_{};
  std::int64_t batch_ = 0;
  SmallerBatch smaller_;
};

/// The size of a patch, which one of the models must know.
std::array<std::int64_t, 3> patch_size(const PatchRunner& initial, const PatchRunner& second) {
  for (const PatchRunner* runner : {&initial, &second})
    if (runner->description().size[0] > 0) return runner->description().size;
  throw Error("neither '" + initial.model().path() + "' nor '" + second.model().path() +
              "' says the size of its patches; give the models a description (docs/own-models.md), or cut patches by "
              "patches.extract and run "
              "them by cnn.stage");
}

void CascadeNode::open(OpenContext& context) {
  const Params& params = context.params();
  if (forced_.empty()) devices_.open(context);
  else devices_.open(forced_, tensor::Arithmetic::of(params));
  batch_ = params.integer("batch");
  if (batch_ == 0) batch_ = devices_.devices().front().is_cuda() ? kBatchOnGpu : kBatchOnCpu;
  for (const c10::Device& device : devices_.devices()) {
    auto both = std::make_unique<Networks>();
    both->initial = std::make_unique<PatchRunner>(params, params.text("initial"), device, devices_.arithmetic());
    both->second = std::make_unique<PatchRunner>(params, params.text("final"), device, devices_.arithmetic());
    both->cascade = {both->initial.get(), both->second.get(), params.number("final_above"), batch_};
    networks_.push_back(std::move(both));
  }
  for (const PatchRunner* runner : {&initial(), &second()})
    check_channel_count(context, kVolumes.name, runner->description(), runner->model().path());
  size_ = patch_size(initial(), second());
  if (devices_.use_cards()) warm_up();
}

/// The first use of a device takes seconds, and shows whether its memory suffices: twice a batch of empty patches. No more than
/// the default, lest a batch of millions take longer than the cases.
void CascadeNode::warm_up() {
  const auto channels = initial().description().channels.size();
  if (channels == 0) return;
  Volume empty;
  empty.geometry.size = {1, 1, 1};
  empty.voxels.resize(1);
  VoxelList list;
  list.geometry = empty.geometry;
  const std::int64_t batch = std::min(batch_, kBatchOnGpu);
  list.voxels.resize(static_cast<std::size_t>(2 * batch));  // the one voxel, again and again
  for (const std::shared_ptr<Card>& card : devices_.cards().all()) {
    const c10::Device device = card->streams.device();
    CascadeCase of(Volumes(channels, &empty), list, size_, device);
    Cascade everywhere = on(device).cascade;
    everywhere.above = -1;
    everywhere.batch = batch;
    try_out(*card, std::make_shared<CascadeJob>(everywhere, of, 0, of.count(), true, card->streams));
  }
}

void CascadeNode::check_inputs(const Volumes& volumes, const VoxelList& list) const {
  grid::require_channels(volumes, kVolumes.name, list);
  grid::require_valid(list, "voxels");
  PatchBatch kind;
  kind.channels = static_cast<std::int64_t>(volumes.size());
  kind.size = size_;
  for (const PatchRunner* runner : {&initial(), &second()}) {
    runner->check_kind(kind);
    runner->check_contrasts(grid::contrasts_of(volumes));
    runner->check_grid(list.geometry);
  }
}

void CascadeNode::process(Context& context) {
  const Volumes volumes = context.in(kVolumes);
  const VoxelList& list = context.in(kVoxels);
  check_inputs(volumes, list);
  if (devices_.use_cards()) return hand_to_card(context, volumes, list);
  CascadeCase of(volumes, list, size_, c10::Device(c10::kCPU));
  run_here(context, of);
}

/// On the engine's threads: what is computed together depends on the list alone, so that the results do not depend on the
/// threads.
void CascadeNode::run_here(Context& context, CascadeCase& of) const {
  {
    const c10::InferenceMode no_gradients;
    of.send();
  }
  const std::int64_t tasks = (of.count() + batch_ - 1) / batch_;
  std::atomic<std::int64_t> run_twice{0}, done{0};
  context.parallel_for(tasks, [&](std::int64_t task) {
    const std::int64_t first = task * batch_, count = std::min(batch_, of.count() - first);
    tensor::Streams streams(of.device(), 1);
    device::BatchLimits limits;
    device::BatchRunner runner(1, limits);
    const auto job = std::make_shared<CascadeJob>(networks_.front()->cascade, of, first, count, false, streams);
    std::exception_ptr failure;
    job->on_finished([&failure](std::exception_ptr reason) { failure = reason; });
    runner.add(job);
    while (!runner.is_idle()) runner.step();
    if (failure) std::rethrow_exception(failure);
    run_twice += job->run_twice();
    context.progress(static_cast<double>(++done) / static_cast<double>(tasks));
  });
  if (!context.cancelled()) emit(context, context.in(kVoxels), of, run_twice);
}

void CascadeNode::hand_to_card(Context& context, const Volumes& volumes, const VoxelList& list) {
  Card& card = *devices_.cards().next();
  const c10::Device device = card.streams.device();
  const auto of = std::make_shared<CascadeCase>(volumes, list, size_, device);
  const auto job = std::make_shared<CascadeJob>(on(device).cascade, *of, 0, of->count(), true, card.streams);
  hand_over(context, card, job, [this, &card, of, job](Context& later) {
    smaller_.tell(later, card, *job);
    later.report("device_s", job->busy_seconds());
    emit(later, later.in(kVoxels), *of, job->run_twice());
  });
}

Volume map_of(const VoxelList& list, const Volume& image, const std::vector<float>& values) {
  Volume map = grid::probability_map(list, image);
  for (std::size_t i = 0; i < values.size(); ++i) map.voxels[static_cast<std::size_t>(list.voxels[i])] = values[i];
  return map;
}

void CascadeNode::emit(Context& context, const VoxelList& list, CascadeCase& of, std::int64_t run_twice) const {
  Scores scores;
  scores.geometry = list.geometry;
  scores.voxels = list.voxels;
  scores.classes = 1;
  scores.values = of.initial;
  initial().refuse_nan(scores);
  if (const std::string sentence = initial().beyond_probabilities(scores); !sentence.empty()) context.warn(sentence);
  scores.values = of.second;
  second().refuse_nan(scores);
  if (const std::string sentence = second().beyond_probabilities(scores); !sentence.empty()) context.warn(sentence);
  context.report("voxels", static_cast<double>(list.voxels.size()));
  context.report("voxels_of_final", static_cast<double>(run_twice));
  const Volume& image = *context.in(kVolumes).front();
  context.emit(kInitial, map_of(list, image, of.initial));
  context.emit(kFinal, map_of(list, image, of.second));
}

std::vector<ParamSpec> params() {
  std::vector<ParamSpec> specs = {
      {.name = "initial", .type = ParamType::path, .help = "Model of the first network (TorchScript)"},
      {.name = "final", .type = ParamType::path, .help = "Model of the second network"},
      {.name = "final_above",
       .default_value = -1.0,
       .help = "The second network is run only where the first says more than this; -1: everywhere"}};
  for (ParamSpec& spec : PatchRunner::params()) {
    if (spec.name == "model") continue;
    if (spec.name == "batch") {
      spec.default_value = std::int64_t{0};
      spec.help = "Patches that go through a network at a time; 0: 64 on the CPU, 4096 on a GPU";
      spec.min = 0;
    }
    if (spec.name == "output_class") {
      spec.help = "The class whose score is kept, numbered from 0";
      spec.min = 0;
    }
    specs.push_back(std::move(spec));
  }
  for (ParamSpec& spec : tensor::Arithmetic::params()) specs.push_back(std::move(spec));
  return specs;
}

}  // namespace

std::unique_ptr<Node> make_cascade(std::vector<c10::Device> devices) { return std::make_unique<CascadeNode>(std::move(devices)); }

NodeType cascade_type() {
  NodeType type;
  type.name = "cnn.cascade";
  type.summary = "Two patch networks over the same patches, which are cut on the device";
  type.details =
      "Gives for each voxel of the list what two cnn.stage give for the patch around it, as two maps. The images go to the "
      "device once a "
      "case; a batch of patches is cut there and shared by both networks, so nothing but the scores comes back. The second "
      "network gets those "
      "patches of a batch whose first score is greater than 'final_above'; where it was not run its map is 0. In a product of "
      "the two maps with "
      "a threshold, that same threshold here leaves the mask as it is.\n\n"
      "Channels are the volumes in the order given; voxels outside the volume count as 0. One of the models must say the size of "
      "its patches.\n\n"
      "On a GPU a firing copies its images to pinned memory and hands them to the GPU's own thread, so the engine's threads read "
      "and write "
      "other cases meanwhile; two batches are on the GPU at a time, the next case's images are sent while this one's batches "
      "run, and a batch "
      "for which the memory does not suffice is halved. Several GPUs (device auto) get cases in turn. docs/gpu.md says more. On "
      "the CPU batches "
      "run on the engine's free threads, and results are the same bit by bit for any number of them; cnn.dense_inference is far "
      "faster there for "
      "networks that it can share.\n\n"
      "An empty list gives empty maps. Errors: as cnn.stage; volumes and list not on one grid; models that do not say the size "
      "of their patches. Scores outside of 0 to 1 are a warning once a case and network, with their range. "
      "Reports voxels, voxels_of_final and, on a GPU, device_s: the seconds that it was busy.";
  type.inputs = {kVolumes, kVoxels};
  type.outputs = {kInitial, kFinal};
  type.params = params();
  type.concurrent = true;
  type.cuda = true;
  type.create = []() -> std::unique_ptr<Node> { return make_cascade(); };
  return type;
}

}  // namespace flowrun::cnn
