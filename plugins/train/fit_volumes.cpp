#include "fit_volumes.h"

#include <utility>

#include "crop_examples.h"
#include "fit_params.h"
#include "fit_run.h"
#include "flowrun/sdk/node.h"

namespace flowrun::train {
namespace {

constexpr CollectingInput<LabelledImages> kImages{"images", Scope::per_case, "The images of each case, from train.images"};

class FitVolumesFiring : public Firing {
 public:
  explicit FitVolumesFiring(const FitDevice& device) : device_(device) {}

  void accept(Context&, std::string_view, const PayloadPtr& item) override {
    cases_.push_back(std::static_pointer_cast<const LabelledImages>(item));
  }

  void finish(Context& context) override {
    require_cases(context.params(), cases_.size());
    if (cases_.empty()) throw Error("no case has images to train on; look at what the nodes before report");
    Settings settings = volume_settings_of(context.params());
    CropExamples examples(crop_settings_of(context.params(), settings));
    for (auto& one : cases_) examples.add(std::move(one));
    require_labels(context.params(), examples);
    Split split = examples.split(settings.validation, settings.split, settings.seed);
    settings.judge_start = settings.judge_start && !split.validation.empty();
    if (split.validation.empty())
      context.warn(
          "no case is put aside for validation, so nothing shows whether the training continues for too long, and the weights of "
          "the last epoch are written; from four cases on a quarter of them is put aside");
    if (examples.is_judged_without_labels(split))
      context.warn(
          "no voxel of the cases that are put aside for validation has a label, so their Dice is not known, and the epoch of the "
          "lowest loss is kept; more cases with labels are needed");
    fit(context, {examples, std::move(split), std::move(settings), device_.device(), device_.threads()});
  }

 private:
  static void require_labels(const Params& params, const CropExamples& examples) {
    const std::size_t classes = params.texts("classes").size();
    if (examples.largest_label() >= static_cast<std::int64_t>(classes))
      throw Error("the images have the label " + std::to_string(examples.largest_label()) + ", but parameter 'classes' has " +
                  std::to_string(classes) + " names, for the labels from 0 on; name every class");
    if (examples.labelled() == 0)
      throw Error("no case has a voxel with a label, so there is nothing to learn; look at the masks");
  }

  const FitDevice& device_;
  std::vector<std::shared_ptr<const LabelledImages>> cases_;
};

class FitVolumes : public Node {
 public:
  void open(OpenContext& context) override {
    check_volume_network(context.params());  // before the cases are read
    device_.open(context);
  }
  std::unique_ptr<Firing> begin(Context&) override { return std::make_unique<FitVolumesFiring>(device_); }

 private:
  FitDevice device_;
};

constexpr char kDetails[] =
    "Collects the images of all cases and trains a network that gives scores for each voxel, such as a U-Net, on crops of them "
    "drawn at random. 'network' describes the layers (docs/training.md); the output has the size of the input and a channel for "
    "each of "
    "'classes', numbered as the labels. The model takes images of any size that its pools divide; cnn.volume runs it "
    "(parameter 'multiple').\n\n"
    "An epoch has 'crops' crops of each case. A share of them lies around a labelled voxel, up to a quarter of the crop beside "
    "it; the "
    "others lie around any voxel whose first channel is not 0. Where they lie and how they are changed depends on the seed, the "
    "epoch "
    "and the crop alone. A crop beyond the images sees 0 there. Along an axis on which a crop is at least as long as the images "
    "of "
    "a case, the images lie in its middle: with such a 'crop' and 'crops' 1 the training is on whole images.\n\n"
    "From four cases on a quarter of them, one with labels among them where two have some, is held out and evaluated as a whole "
    "after each epoch, in tiles of a crop's size side by side: loss, and the Dice over all voxels of these cases (mean over the "
    "classes but the first). The weights with the best Dice on them are written (parameter 'keep_by'); without such cases those "
    "of "
    "the last epoch, with a warning.\n\n"
    "All else is as in train.fit: micro-batches, the same result bit by bit for any number of threads, checkpoints and "
    "resumption, "
    "'start' and 'freeze', schedules, the log, the curve, what the model says of itself. Layers with batch_norm see one "
    "micro-batch at "
    "a time.\n\n"
    "Errors: those of train.fit; a network whose output has another size than a crop (names both); labels beyond 'classes'; no "
    "labelled "
    "voxel at all; cases with different channels. Reports what train.fit reports.";

}  // namespace

NodeType fit_volumes_type() {
  NodeType type;
  type.name = "train.fit_volumes";
  type.summary = "A network for whole images trained on crops of the run's cases";
  type.details = kDetails;
  type.inputs = {kImages};
  type.params = fit_volumes_params();
  type.cuda = true;
  type.create = create_node<FitVolumes>;
  return type;
}

}  // namespace flowrun::train
