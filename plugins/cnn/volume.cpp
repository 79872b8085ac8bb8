#include "volume.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "channels.h"
#include "common/grid/inputs.h"
#include "common/grid/probabilities.h"
#include "common/torch/inference.h"
#include "device_nodes.h"
#include "flowrun/sdk/payloads.h"
#include "grid_check.h"
#include "volume_job.h"
#include "volume_node.h"
#include "volume_runner.h"

namespace flowrun::cnn {
namespace {

constexpr VariadicInput<Volume> kVolumes{"volumes", "Images, one a channel, on one grid", Scope::per_case};
constexpr Output<Volume> kMap{"map", "What the network gives for each voxel, of one class, on the same grid"};
constexpr Output<Labels> kLabels{"labels", "The number of the class that scores highest at each voxel, on the same grid"};

using Volumes = VolumeRunner::Volumes;

constexpr double kManyTimes = 30;  ///< that a voxel goes through the network: tiles of 1.5 times their overlap and less

void check_images(const Volumes& volumes) {
  const auto name = [](std::size_t i) { return "volumes[" + std::to_string(i) + "]"; };
  if (volumes.empty())
    throw Error("nothing is connected to input 'volumes'; connect at least one volume, in the order of channels");
  grid::require_complete(*volumes.front(), name(0));
  for (std::size_t i = 1; i < volumes.size(); ++i) grid::require_one_grid(*volumes.front(), name(0), *volumes[i], name(i));
  if (volumes.front()->voxels.empty())
    throw Error("'" + grid::name_of(volumes.front()->source, name(0)) + "' has no voxels; look at what made it");
}

/// What becomes of the network's maps.
enum class Gives { map, labels };

class VolumeNode : public Node {
 public:
  explicit VolumeNode(Gives gives, std::vector<c10::Device> forced = {}) : gives_(gives), forced_(std::move(forced)) {}
  void open(OpenContext& context) override;
  void process(Context& context) override;

 private:
  void warn_of_small_tiles(Context& context, const TilePlan& plan) const;
  void run_here(Context& context, const Volumes& volumes, const TilePlan& plan) const;
  void hand_to_card(Context& context, const Volumes& volumes, const TilePlan& plan);
  std::unique_ptr<const VolumeRunner> runner_on(const c10::Device& device, const Params& params) const;
  void emit(Context& context, std::int64_t tiles, std::vector<TileBlend>& maps) const;
  void emit_map(Context& context, std::vector<float>& voxels) const;
  void emit_labels(Context& context, std::vector<TileBlend>& maps) const;
  const VolumeRunner& runner() const { return *runners_.front(); }

  Gives gives_;
  std::vector<c10::Device> forced_;
  NodeDevices devices_;
  std::vector<std::unique_ptr<const VolumeRunner>> runners_;  ///< by device
  std::int64_t multiple_ = 1, tile_ = 0, overlap_ = 0, margin_ = 0, at_once_ = 1;
  GridRules rules_;
};

void VolumeNode::open(OpenContext& context) {
  const Params& params = context.params();
  multiple_ = params.integer("multiple");
  tile_ = params.integer("tile");
  overlap_ = params.integer("overlap");
  margin_ = params.integer("margin");
  rules_ = grid_rules_of(params);
  if (tile_ % multiple_ != 0)
    throw Error("parameter 'tile' is " + std::to_string(tile_) + ", which is no multiple of 'multiple' (" +
                std::to_string(multiple_) + "), so each tile would be filled up with zeros inside the image; take a multiple");
  if (tile_ > 0 && overlap_ % multiple_ != 0)
    throw Error("parameter 'overlap' is " + std::to_string(overlap_) + ", which is no multiple of 'multiple' (" +
                std::to_string(multiple_) + "), so tiles would be halved at other voxels than the image; take a multiple");
  if (tile_ > 0 && overlap_ >= tile_)
    throw Error("parameter 'overlap' is " + std::to_string(overlap_) + " and 'tile' is " + std::to_string(tile_) +
                "; tiles must overlap by less than they are long");
  if (tile_ > 0 && 2 * margin_ > overlap_)
    throw Error("parameter 'margin' is " + std::to_string(margin_) + " and 'overlap' is " + std::to_string(overlap_) +
                ", so voxels between two tiles would count in neither; the overlap must be at least twice the margin");
  at_once_ = std::max(context.threads(), 1);
  if (forced_.empty()) devices_.open(context);
  else devices_.open(forced_, tensor::Arithmetic::of(params));
  for (const c10::Device& device : devices_.devices()) runners_.push_back(runner_on(device, params));
  check_channel_count(context, kVolumes.name, runner().description(), runner().model().path());
}

/// Tiles that are hardly longer than their overlap are many.
void VolumeNode::warn_of_small_tiles(Context& context, const TilePlan& plan) const {
  const auto voxels = [](const Voxels& size) { return static_cast<double>(size[0] * size[1] * size[2]); };
  const double times = static_cast<double>(plan.count()) * voxels(plan.tile) / voxels(plan.image);
  if (plan.count() == 1 || times < kManyTimes) return;
  context.warn("'tile' is " + std::to_string(tile_) + " and 'overlap' " + std::to_string(overlap_) + ", so there are " +
               std::to_string(plan.count()) + " tiles and each voxel goes through the network about " +
               std::to_string(std::lround(times)) + " times; a 'tile' of three times the overlap makes it about 4 times");
}

/// Softmax and sigmoid leave the order of the classes as it is.
std::unique_ptr<const VolumeRunner> VolumeNode::runner_on(const c10::Device& device, const Params& params) const {
  const bool is_map = gives_ == Gives::map;
  return std::make_unique<VolumeRunner>(params, is_map ? params.integer("output_class") : VolumeRunner::kAllClasses,
                                        is_map ? params.text("activation") : "none", device, devices_.arithmetic());
}

void VolumeNode::process(Context& context) {
  const Volumes volumes = context.in(kVolumes);
  check_images(volumes);
  const TilePlan plan = plan_tiles(volumes.front()->geometry.size, multiple_, tile_, overlap_, margin_);
  runner().check(volumes, plan);
  warn_of_small_tiles(context, plan);
  check_grid(runner().description(), runner().model().path(), volumes.front()->geometry, rules_);
  if (devices_.use_cards()) hand_to_card(context, volumes, plan);
  else run_here(context, volumes, plan);
}

/// One thread for a tile: LibTorch's sums over a whole tensor depend on the number of threads, and tiles keep all of them busy.
void VolumeNode::run_here(Context& context, const Volumes& volumes, const TilePlan& plan) const {
  TileBlends blends(plan);
  for (std::int64_t first = 0; first < plan.count(); first += at_once_) {
    std::vector<at::Tensor> maps(static_cast<std::size_t>(std::min(at_once_, plan.count() - first)));
    context.parallel_for(static_cast<std::int64_t>(maps.size()), [&](std::int64_t i) {
      const tensor::InferenceScope scope(1);
      maps[static_cast<std::size_t>(i)] = runner().maps_of(runner().input_of(volumes, plan, first + i));
    });
    if (context.cancelled()) return;
    for (std::size_t i = 0; i < maps.size(); ++i)
      blends.add(first + static_cast<std::int64_t>(i), maps[i].data_ptr<float>(), maps[i].size(0));
    context.progress(static_cast<double>(first + static_cast<std::int64_t>(maps.size())) / static_cast<double>(plan.count()));
  }
  emit(context, plan.count(), blends.maps());
}

void VolumeNode::hand_to_card(Context& context, const Volumes& volumes, const TilePlan& plan) {
  Card& card = *devices_.cards().next();
  const VolumeRunner& runner = *runners_[devices_.index_of(card.streams.device())];
  const auto job = std::make_shared<VolumeJob>(runner, volumes, plan, card.streams);
  hand_over(context, card, job, [this, job](Context& later) {
    later.report("device_s", job->busy_seconds());
    emit(later, job->count(), job->maps());
  });
}

void VolumeNode::emit(Context& context, std::int64_t tiles, std::vector<TileBlend>& maps) const {
  context.report("tiles", static_cast<double>(tiles));
  if (gives_ == Gives::map) emit_map(context, maps.front().voxels());
  else emit_labels(context, maps);
}

/// An image of this type on the grid of the first volume, without voxels.
template <class Image>
Image beside_first(Context& context) {
  const Volume& first = *context.in(kVolumes).front();
  Image image;
  image.geometry = first.geometry;
  image.source = grid::name_of(first.source, "volumes[0]");
  image.facts.space = first.facts.space;
  return image;
}

void VolumeNode::emit_map(Context& context, std::vector<float>& voxels) const {
  auto map = beside_first<Volume>(context);
  map.voxels = std::move(voxels);
  runner().refuse_nan(map);
  if (const std::string range = grid::range_beyond_probabilities(map.voxels); range.empty()) map.facts.kind = kProbability;
  else
    context.warn("the values of the network in '" + runner().model().path() + "' run " + range +
                 grid::what_to_do_about_scores("this node"));
  context.emit(kMap, std::move(map));
}

/// The first of the highest, as argmax has it.
void VolumeNode::emit_labels(Context& context, std::vector<TileBlend>& maps) const {
  auto labels = beside_first<Labels>(context);
  labels.facts.kind = flowrun::kLabels;
  labels.voxels.assign(maps.front().voxels().size(), 0);
  Volume highest = beside_first<Volume>(context);
  highest.voxels = std::move(maps.front().voxels());
  runner().refuse_nan(highest);
  for (std::size_t label = 1; label < maps.size(); ++label) {
    Volume map = beside_first<Volume>(context);
    map.voxels = std::move(maps[label].voxels());
    runner().refuse_nan(map);
    for (std::size_t i = 0; i < map.voxels.size(); ++i)
      if (map.voxels[i] > highest.voxels[i])
        highest.voxels[i] = map.voxels[i], labels.voxels[i] = static_cast<std::int32_t>(label);
  }
  const auto& classes = runner().description().classes;
  for (std::size_t label = 1; label < classes.size(); ++label) labels.names[static_cast<std::int32_t>(label)] = classes[label];
  context.emit(kLabels, std::move(labels));
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

void add_map_params(std::vector<ParamSpec>& specs) {
  specs.push_back({.name = "output_class",
                   .type = ParamType::integer,
                   .default_value = std::int64_t{1},
                   .help = "The class whose map is kept, numbered from 0",
                   .min = 0});
  specs.push_back({.name = "activation",
                   .type = ParamType::choice,
                   .default_value = std::string("none"),
                   .help = "Applied to the network's output: softmax over the classes, or sigmoid of each",
                   .choices = {"none", "softmax", "sigmoid"}});
}

std::vector<ParamSpec> params(Gives gives) {
  std::vector<ParamSpec> specs{VolumeRunner::model_param()};
  if (gives == Gives::map) add_map_params(specs);
  specs.push_back(voxels_param("multiple", 1, 1, 1024, "Each axis is filled up with zeros to a multiple of this, and cut again"));
  specs.push_back(
      voxels_param("tile", 0, 0, 4096, "Voxels along each axis that go through the network at a time; 0: the whole image"));
  specs.push_back(voxels_param("overlap", 16, 0, 4095, "Voxels by which neighbouring tiles overlap, where there are tiles"));
  specs.push_back(voxels_param(
      "margin", 0, 0, 2047, "Voxels of a tile beside its faces inside the image that do not count, since zeros lie behind them"));
  specs.push_back(VolumeRunner::mirror_param());
  for (auto&& more : {grid_params(), tensor::Arithmetic::params()}) specs.insert(specs.end(), more.begin(), more.end());
  return specs;
}

constexpr char kDetails[] =
    "Runs a TorchScript network that takes whole images, 1 x C x D x H x W float32 (D is the image's z axis, W its x axis; the "
    "channels are the volumes in the order given), and gives 1 x K x D x H x W: a value for each voxel and class. 'output_class' "
    "chooses the class that becomes the map; a network with several outputs has to be wrapped in a module that returns the one "
    "tensor. The images need the axes that the network was trained on (geometry.reorient_volume turns them): one whose D runs to "
    "the right and W up, as nibabel's arrays in RAS lie, takes SAR.\n\n"
    "'multiple' fills each axis up with zeros at its end, for networks that halve their input several times. 'tile' bounds the "
    "memory: cubes of so many voxels go through the network, neighbours overlap by 'overlap', and their maps are blended with "
    "weights that fall linearly towards a tile's faces. With a 'margin' of as many voxels as the network looks to each side, "
    "twice that as 'overlap', and both 'tile' and 'overlap' multiples of 'multiple', the map is that of the whole image but for "
    "rounding. A "
    "network that looks at the whole image (norms over it, deep U-Nets) gives another map in tiles than whole. 'mirror' gives "
    "the mean of "
    "what the network gives for a tile as it is and mirrored.\n\n"
    "The description inside a model (see cnn.stage) is checked: the number of channels, their contrasts, the axes, the voxel "
    "sizes, the classes, and the size where it says one. Models are checked as there before any of their code runs "
    "(docs/security.md).\n\n"
    "On the CPU a tile has one thread, and the engine's free threads take other tiles; results are the same bit by bit for any "
    "number of threads. On a GPU a firing hands its tiles to the GPU's own thread, two are on it at a time. Several GPUs (device "
    "auto) get cases in turn. The map's kind is probability where all values lie between 0 and 1; else a warning says their "
    "range. Reports tiles and, on a GPU, device_s.\n\n"
    "Errors: as cnn.stage for the model and the device; volumes on several grids or without a voxel; channels or a size that the "
    "network does not take; output of another shape; NaN in the output; a 'tile' or 'overlap' that is no multiple of 'multiple'; "
    "a 'tile' not "
    "longer than 'overlap'; a 'margin' of more than half of it; memory that does not suffice, with the size that was tried.";

}  // namespace

std::unique_ptr<Node> make_volume(std::vector<c10::Device> devices) {
  return std::make_unique<VolumeNode>(Gives::map, std::move(devices));
}

NodeType volume_labels_type() {
  NodeType type;
  type.name = "cnn.volume_labels";
  type.summary = "The class of each voxel of whole images, by a network";
  type.details =
      "Runs a network over whole images as cnn.volume does, with its parameters, and gives the class that scores highest at each "
      "voxel: "
      "of equal scores the first. Labels are the numbers of the classes, 0 the first, with the names that the model says. Maps "
      "of all "
      "classes are in memory at a time, 4 bytes a voxel and class.\n\n"
      "Errors: as cnn.volume. Reports tiles and, on a GPU, device_s.";
  type.inputs = {kVolumes};
  type.outputs = {kLabels};
  type.params = params(Gives::labels);
  type.concurrent = true;
  type.cuda = true;
  type.create = []() -> std::unique_ptr<Node> { return std::make_unique<VolumeNode>(Gives::labels); };
  return type;
}

NodeType volume_type() {
  NodeType type;
  type.name = "cnn.volume";
  type.summary = "What a network gives for each voxel of whole images";
  type.details = kDetails;
  type.inputs = {kVolumes};
  type.outputs = {kMap};
  type.params = params(Gives::map);
  type.concurrent = true;
  type.cuda = true;
  type.create = []() -> std::unique_ptr<Node> { return make_volume(); };
  return type;
}

}  // namespace flowrun::cnn
