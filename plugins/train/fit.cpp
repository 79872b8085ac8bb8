#include "fit.h"

#include <algorithm>
#include <utility>

#include "data_set.h"
#include "fit_params.h"
#include "fit_run.h"
#include "flowrun/sdk/node.h"

namespace flowrun::train {
namespace {

constexpr CollectingInput<Samples> kSamples{"samples", Scope::per_case, "The samples of each case, from train.sample"};

class FitFiring : public Firing {
 public:
  explicit FitFiring(const FitDevice& device) : device_(device) {}

  void accept(Context&, std::string_view, const PayloadPtr& item) override {
    data_.add(std::static_pointer_cast<const Samples>(item));
  }

  void finish(Context& context) override {
    if (data_.count() == 0)
      throw Error("no case has samples to train on; look at the lesion masks and at what the nodes before report");
    require_cases(context.params(), data_.cases().size());
    Settings settings = settings_of(context.params(), data_.sizes());
    data_.augment_by(settings.augmentation, settings.seed);
    require_classes(context.params().texts("classes").size());
    Split split = split_of(data_, settings.validation, settings.split, settings.seed);
    fit(context, {data_, std::move(split), std::move(settings), device_.device(), device_.threads()});
  }

 private:
  /// A label beyond the network's scores would end LibTorch's loss with words about tensors.
  void require_classes(std::size_t classes) const {
    std::uint8_t largest = 0;
    for (const auto& one : data_.cases()) largest = std::max(largest, *std::max_element(one->labels.begin(), one->labels.end()));
    if (largest >= classes)
      throw Error("the samples have the class " + std::to_string(largest) + ", but parameter 'classes' has " +
                  std::to_string(classes) + " names, for the classes from 0 on; name every class");
  }

  const FitDevice& device_;
  DataSet data_;
};

class Fit : public Node {
 public:
  void open(OpenContext& context) override { device_.open(context); }
  std::unique_ptr<Firing> begin(Context&) override { return std::make_unique<FitFiring>(device_); }

 private:
  FitDevice device_;
};

}  // namespace

NodeType fit_type() {
  NodeType type;
  type.name = "train.fit";
  type.summary = "A network trained on the samples of the run's cases";
  type.details =
      "Collects the samples of all cases and trains the network that 'network' describes (docs/training.md): cross-entropy of "
      "its "
      "scores, Adam (Kingma and Ba, ICLR 2015), by default with the settings of Cabezas et al. (MSSEG challenge 2016). A batch "
      "is cut "
      "into micro-batches whose gradients are added up in their order; each runs on one thread, several at a time, so the result "
      "is "
      "the same bit by bit for any number of threads on one machine (not on a GPU). Layers with batch_norm see one micro-batch "
      "at a "
      "time.\n\n"
      "A quarter of the cases is held out and evaluated after each epoch; with fewer than four cases a quarter of the voxels, "
      "and "
      "a "
      "warning says so. The weights with the best validation loss (without validation: training loss) are kept; the training "
      "ends "
      "when no epoch was better for 'patience' epochs. The learning curve is written after each epoch. With 'checkpoint' the "
      "training "
      "can be interrupted and continues from there with the same result; a checkpoint of other settings or samples, or of "
      "another "
      "build of the plugin, is kept beside it as .old, with a warning, and the training starts from the beginning.\n\n"
      "The model is TorchScript and describes itself, ready for cnn.stage: its flowrun.json says the layers, cases, settings, "
      "augmentation, gate, the axes and voxel sizes of the images, version and date. Cases whose voxel sizes differ by a factor "
      "of "
      "more than 1.25 are a warning, and so is a model to start with of other sizes. With 'start' it begins with a model's "
      "weights (whose SHA-256 the new model says), "
      "and "
      "'freeze' keeps some of them. The model to start with is evaluated first, as epoch 0; where no epoch is better, its "
      "weights are "
      "written, with a warning. A batch that would make fewer steps of an epoch than 'least_steps' is lowered, with a warning. "
      "'log' gets a line after each epoch: losses, Dice, the best so far, the time left. Errors: "
      "no samples; a network that does not fit them (names the layer); a model to start "
      "with "
      "of another shape; a loss that is not a number any more. Reports the samples, the memory predicted, the best epoch with "
      "its "
      "loss and Dice, and samples_per_second.";
  type.inputs = {kSamples};
  type.params = fit_params();
  type.cuda = true;
  type.create = create_node<Fit>;
  return type;
}

}  // namespace flowrun::train
