#include "volume.h"

#include <algorithm>
#include <utility>

#include "common/grid/inputs.h"
#include "common/grid/probabilities.h"
#include "common/torch/inference.h"
#include "channels.h"
#include "device_nodes.h"
#include "flowrun/sdk/payloads.h"
#include "volume_job.h"
#include "volume_node.h"
#include "volume_runner.h"

namespace flowrun::cnn {
namespace {

constexpr VariadicInput<Volume> kVolumes{"volumes", "Images, one a channel, on one grid", Scope::per_case};
constexpr Output<Volume> kMap{"map", "What the network gives for each voxel, of one class, on the same grid"};

using Volumes = VolumeRunner::Volumes;

void check_images(const Volumes& volumes) {
  const auto name = [](std::size_t i) { return "volumes[" + std::to_string(i) + "]"; };
  if (volumes.empty())
    throw Error("nothing is connected to input 'volumes'; connect at least one volume, in the order of channels");
  grid::require_complete(*volumes.front(), name(0));
  for (std::size_t i = 1; i < volumes.size(); ++i) grid::require_one_grid(*volumes.front(), name(0), *volumes[i], name(i));
  if (volumes.front()->voxels.empty())
    throw Error("'" + grid::name_of(volumes.front()->source, name(0)) + "' has no voxels; look at what made it");
}

class VolumeNode : public Node {
 public:
  explicit VolumeNode(std::vector<c10::Device> forced) : forced_(std::move(forced)) {}
  void open(OpenContext& context) override;
  void process(Context& context) override;

 private:
  void run_here(Context& context, const Volumes& volumes, const TilePlan& plan) const;
  void hand_to_card(Context& context, const Volumes& volumes, const TilePlan& plan);
  void emit(Context& context, std::int64_t tiles, std::vector<float>& voxels) const;
  const VolumeRunner& runner() const { return *runners_.front(); }

  std::vector<c10::Device> forced_;
  NodeDevices devices_;
  std::vector<std::unique_ptr<const VolumeRunner>> runners_;  ///< by device
  std::int64_t multiple_ = 1, tile_ = 0, overlap_ = 0, at_once_ = 1;
};

void VolumeNode::open(OpenContext& context) {
  const Params& params = context.params();
  multiple_ = params.integer("multiple");
  tile_ = params.integer("tile");
  overlap_ = params.integer("overlap");
  if (tile_ % multiple_ != 0)
    throw Error("parameter 'tile' is " + std::to_string(tile_) + ", which is no multiple of 'multiple' (" +
                std::to_string(multiple_) + "), so each tile would be filled up with zeros inside the image; take a multiple");
  if (tile_ > 0 && overlap_ >= tile_)
    throw Error("parameter 'overlap' is " + std::to_string(overlap_) + " and 'tile' is " + std::to_string(tile_) +
                "; tiles must overlap by less than they are long");
  at_once_ = std::max(context.threads(), 1);
  if (forced_.empty()) devices_.open(context);
  else devices_.open(forced_, tensor::Arithmetic::of(params));
  for (const c10::Device& device : devices_.devices())
    runners_.push_back(std::make_unique<VolumeRunner>(params, device, devices_.arithmetic()));
  check_channel_count(context, kVolumes.name, runner().description(), runner().model().path());
}

void VolumeNode::process(Context& context) {
  const Volumes volumes = context.in(kVolumes);
  check_images(volumes);
  const TilePlan plan = plan_tiles(volumes.front()->geometry.size, multiple_, tile_, overlap_);
  runner().check(volumes, plan);
  if (devices_.use_cards()) hand_to_card(context, volumes, plan);
  else run_here(context, volumes, plan);
}

/// One thread for a tile: LibTorch's sums over a whole tensor depend on the number of threads, and tiles keep all of them busy.
void VolumeNode::run_here(Context& context, const Volumes& volumes, const TilePlan& plan) const {
  TileBlend blend(plan);
  for (std::int64_t first = 0; first < plan.count(); first += at_once_) {
    std::vector<at::Tensor> maps(static_cast<std::size_t>(std::min(at_once_, plan.count() - first)));
    context.parallel_for(static_cast<std::int64_t>(maps.size()), [&](std::int64_t i) {
      const tensor::InferenceScope scope(1);
      maps[static_cast<std::size_t>(i)] = runner().map_of(runner().input_of(volumes, plan, first + i));
    });
    if (context.cancelled()) return;
    for (std::size_t i = 0; i < maps.size(); ++i)
      blend.add(first + static_cast<std::int64_t>(i), maps[i].data_ptr<float>());
    context.progress(static_cast<double>(first + static_cast<std::int64_t>(maps.size())) / static_cast<double>(plan.count()));
  }
  emit(context, plan.count(), blend.voxels());
}

void VolumeNode::hand_to_card(Context& context, const Volumes& volumes, const TilePlan& plan) {
  Card& card = *devices_.cards().next();
  const VolumeRunner& runner = *runners_[devices_.index_of(card.streams.device())];
  const auto job = std::make_shared<VolumeJob>(runner, volumes, plan, card.streams);
  hand_over(context, card, job, [this, job](Context& later) {
    later.report("device_s", job->busy_seconds());
    emit(later, job->count(), job->voxels());
  });
}

void VolumeNode::emit(Context& context, std::int64_t tiles, std::vector<float>& voxels) const {
  const Volume& first = *context.in(kVolumes).front();
  Volume map;
  map.geometry = first.geometry;
  map.source = grid::name_of(first.source, "volumes[0]");
  map.facts.space = first.facts.space;
  map.voxels = std::move(voxels);
  runner().refuse_nan(map);
  if (const std::string range = grid::range_beyond_probabilities(map.voxels); range.empty()) map.facts.kind = kProbability;
  else
    context.warn("the values of the network in '" + runner().model().path() + "' run " + range +
                 grid::what_to_do_about_scores("this node"));
  context.report("tiles", static_cast<double>(tiles));
  context.emit(kMap, std::move(map));
}

ParamSpec voxels_param(const char* name, std::int64_t value, double least, double most, const char* help) {
  return {.name = name,
          .type = ParamType::integer,
          .default_value = value,
          .help = help,
          .min = least,
          .max = most,
          .unit = "voxels"};
}

std::vector<ParamSpec> params() {
  std::vector<ParamSpec> specs = VolumeRunner::params();
  specs.push_back(voxels_param("multiple", 1, 1, 1024, "Each axis is filled up with zeros to a multiple of this, and cut again"));
  specs.push_back(
      voxels_param("tile", 0, 0, 4096, "Voxels along each axis that go through the network at a time; 0: the whole image"));
  specs.push_back(voxels_param("overlap", 16, 0, 4095, "Voxels by which neighbouring tiles overlap, where there are tiles"));
  for (ParamSpec& spec : tensor::Arithmetic::params()) specs.push_back(std::move(spec));
  return specs;
}

constexpr char kDetails[] =
    "Runs a TorchScript network that takes whole images, 1 x C x D x H x W float32 (D is the image's z axis, W its x axis; the "
    "channels are the volumes in the order given), and gives 1 x K x D x H x W: a value for each voxel and class. 'output_class' "
    "chooses the class that becomes the map; a network with several outputs has to be wrapped in a module that returns the one "
    "tensor. A network trained on other axes wants the images turned first (geometry.reorient_volume): one whose D runs to the "
    "right and W up, as nibabel's arrays in RAS lie, takes SAR.\n\n"
    "'multiple' fills each axis up with zeros at its end, for networks that halve their input several times. 'tile' bounds the "
    "memory: cubes of so many voxels go through the network, neighbours overlap by 'overlap', and their maps are blended with "
    "weights that fall linearly towards a tile's faces. A network that looks at the whole image (norms over it, deep U-Nets) "
    "gives another map in tiles than whole.\n\n"
    "The description inside a model (see cnn.stage) is checked: the number of channels, their contrasts, the classes, and the "
    "size where it says one. Models are checked as there before any of their code runs (docs/security.md).\n\n"
    "On the CPU a tile has one thread, and the engine's free threads take other tiles; results are the same bit by bit for any "
    "number of threads. On a GPU a firing hands its tiles to the GPU's own thread, two are on it at a time. Several GPUs (device "
    "auto) get cases in turn. The map's kind is probability where all values lie between 0 and 1; else a warning says their "
    "range. Reports tiles and, on a GPU, device_s.\n\n"
    "Errors: as cnn.stage for the model and the device; volumes on several grids or without a voxel; channels or a size that the "
    "network does not take; output of another shape; NaN in the output; a 'tile' that is no multiple of 'multiple' or not "
    "longer than 'overlap'; memory that does not suffice, with the size that was tried.";

}  // namespace

std::unique_ptr<Node> make_volume(std::vector<c10::Device> devices) { return std::make_unique<VolumeNode>(std::move(devices)); }

NodeType volume_type() {
  NodeType type;
  type.name = "cnn.volume";
  type.summary = "What a network gives for each voxel of whole images";
  type.details = kDetails;
  type.inputs = {kVolumes};
  type.outputs = {kMap};
  type.params = params();
  type.concurrent = true;
  type.cuda = true;
  type.create = []() -> std::unique_ptr<Node> { return make_volume(); };
  return type;
}

}  // namespace flowrun::cnn
