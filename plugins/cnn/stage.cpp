#include "stage.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "device_nodes.h"
#include "flowrun/sdk/node.h"
#include "flowrun/sdk/payloads.h"
#include "patch_job.h"
#include "patch_runner.h"

namespace flowrun::cnn {
namespace {

constexpr VariadicInput<PatchBatch> kPatches{
    "patches", "A chunk of patches; of a network of several views one for each, in their order, around the same voxels"};
constexpr Output<Scores> kScores{"scores",
                                 "One score for each patch, or one for each patch and class, at the voxels of the patches"};

class Stage : public Node {
 public:
  void open(OpenContext& context) override {
    devices_.open(context);
    load(context.params());
    if (devices_.use_cards()) warm_up();
  }

  void process(Context& context) override {
    runners_.front()->check_grid(context.in(kPatches).front()->geometry);
    if (devices_.use_cards()) return hand_to_card(context);
    const PatchRunner& runner = *runners_.front();
    const std::vector<const PatchBatch*> views = context.in(kPatches);
    const PatchBatch rows = views.size() > 1 ? runner.rows_of(views) : PatchBatch{};
    const PatchBatch& patches = views.size() > 1 ? rows : *views.front();
    Scores scores = runner.run(patches, context.threads(), [&] { return context.cancelled(); });
    if (!context.cancelled()) context.emit(kScores, std::move(scores));
  }

 private:
  void load(const Params& params) {
    for (const c10::Device& device : devices_.devices())
      runners_.push_back(std::make_unique<PatchRunner>(params, device, devices_.arithmetic()));
  }

  void hand_to_card(Context& context) {
    Card& card = *devices_.cards().next();
    const PatchRunner& runner = *runners_[devices_.index_of(card.streams.device())];
    const std::vector<const PatchBatch*> views = context.in(kPatches);
    std::shared_ptr<const PatchBatch> rows;  // lives as long as the job
    if (views.size() > 1) rows = std::make_shared<PatchBatch>(runner.rows_of(views));
    const auto job = std::make_shared<PatchJob>(runner, rows ? *rows : *views.front(), card.streams);
    hand_over(context, card, job, [this, &card, &runner, job, rows](Context& later) {
      Scores scores = job->scores();
      if (scores.voxels.empty()) scores.classes = runner.classes_without_patches(rows ? *rows : *later.in(kPatches).front());
      runner.refuse_nan(scores);
      smaller_.tell(later, card, *job);
      later.report("device_s", job->busy_seconds());
      later.emit(kScores, std::move(scores));
    });
  }

  /// The first use of a device takes seconds, and shows whether its memory suffices: up to 2048 empty patches.
  void warm_up() {
    const network::ModelDescription& description = runners_.front()->description();
    if (description.channels.empty() || description.size[0] == 0) return;  // the kind of patches is not known yet
    PatchBatch patches;
    patches.channels = static_cast<std::int64_t>(description.channels.size());
    patches.size = description.size;
    patches.voxels.resize(static_cast<std::size_t>(std::min<std::int64_t>(2 * runners_.front()->batch(), 2048)));
    patches.geometry.size = {patches.count(), 1, 1};
    patches.values.resize(static_cast<std::size_t>(patches.count() * patches.values_per_patch()));
    for (const std::shared_ptr<Card>& card : devices_.cards().all())
      try_out(*card, std::make_shared<PatchJob>(*runners_[devices_.index_of(card->streams.device())], patches, card->streams));
  }

  NodeDevices devices_;
  std::vector<std::unique_ptr<const PatchRunner>> runners_;  ///< by device
  SmallerBatch smaller_;
};

}  // namespace

NodeType stage_type() {
  NodeType type;
  type.name = "cnn.stage";
  type.summary = "Scores of patches by a convolutional network";
  type.details =
      "Runs a TorchScript network over the patches of a chunk, 'batch' at a time, in evaluation mode and the number format of "
      "'precision'. The patches "
      "are "
      "N x C x D x H x W (D is the image's z axis, W its x axis), the scores N x K. The model is loaded once per process, "
      "however "
      "many nodes and cases use it. Use 'activation' where the network ends without one.\n\n"
      "A model can describe itself by an extra file \"flowrun.json\" in its archive (torch.jit.save(network, file, "
      "_extra_files={\"flowrun.json\": text})): {\"format\": 1, \"network\": \"a few words\", \"input\": {\"channels\": "
      "[\"FLAIR\", "
      "\"T1\"], \"size\": [15, 15, 15], \"axes\": \"LAS\", \"spacing\": [1, 1, [1, 3]]}, \"output\": {\"classes\": "
      "[\"not lesion\", \"lesion\"]}}, the "
      "size along x, y, z, the axes as the sides that x, y and z run towards, the voxel size along each axis in mm, or the "
      "smallest "
      "and the largest of the images that the network was trained on. "
      "\"network\" may also be an object with "
      "the layers (docs/own-models.md). Patches are then checked against it before the network runs. A network of several views "
      "(patches of different sizes or planes around one voxel, patches.extract_like) has \"views\" in the place of \"size\", and "
      "gets the values of a voxel's patches as one row, N x 1 x 1 x 1 x values. Images in other axes "
      "are refused unless 'axes' is any, as flips at test time need it, and images with voxels of another size (by more than a "
      "factor of 1.25, along an axis that the patches have neighbours along) unless 'spacing' is any. A model is a program: take "
      "it from people you trust. Operators that "
      "a network does not need are refused by name (docs/security.md). A network that was traced with a batch of fixed size is "
      "run "
      "in batches of that size.\n\n"
      "On the CPU each firing keeps to the threads it is given, and results are the same bit by bit whatever their number. "
      "On a GPU a firing copies its chunk to pinned memory and hands it to the GPU's own thread, so the engine's threads do "
      "other work "
      "meanwhile; two batches are on the GPU at a time, and a batch for which its memory does not suffice is halved. Several "
      "GPUs (device "
      "auto) get chunks in turn. Reports device_s, the seconds that a GPU was busy with the patches. docs/gpu.md says more.\n\n"
      "Errors: no TorchScript model, a damaged one, a CUDA device that is not there, patches of channels or a size that the "
      "network does not take, output that is not N x K or contains NaN. An empty chunk gives empty scores.";
  type.inputs = {kPatches};
  type.outputs = {kScores};
  type.params = PatchRunner::params();
  for (ParamSpec& spec : tensor::Arithmetic::params()) type.params.push_back(std::move(spec));
  type.concurrent = true;
  type.cuda = true;
  type.create = create_node<Stage>;
  return type;
}

}  // namespace flowrun::cnn
