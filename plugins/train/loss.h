#pragma once

#include <string>
#include <vector>

#include "common/torch/torch_headers.h"
#include "settings.h"

namespace flowrun::train {

/// What a training lowers, by the name of Settings::loss. All are summed over the N samples of a micro-batch, so that the sum
/// over a batch does not depend on how it is cut; of label images each sample's loss is a mean over its voxels.
///   cross_entropy            of the scores, each voxel times the weight of its class
///   dice                     1 - (2 sum p g + 1) / (sum p + sum g + 1) of each class but the first, averaged; p the probability,
///   g the
///                            label (soft Dice: Milletari et al., 3DV 2016; the ones keep it defined where there is nothing);
///                            with Settings::batch_dice the sums go over all samples of the micro-batch, and N times that is
///                            the loss
///   cross_entropy_dice       the sum of these two (Isensee et al., Nature Methods 2021)
///   sensitivity_specificity  r mean (g - p)^2 over the class's voxels + (1 - r) mean (g - p)^2 over the others, of each class
///   but the
///                            first, averaged; r is Settings::loss_ratio (Brosch et al., MICCAI 2015)
class Loss {
 public:
  Loss(const Settings& settings, c10::Device device);

  /// `scores` N x K x ..., before the softmax, `labels` N x ... of whole numbers below K; a number.
  at::Tensor operator()(const at::Tensor& scores, const at::Tensor& labels) const;

 private:
  at::Tensor cross_entropy(const at::Tensor& scores, const at::Tensor& labels) const;
  at::Tensor dice(const at::Tensor& scores, const at::Tensor& labels) const;

  std::string kind_;
  bool batch_dice_;
  double ratio_;
  at::Tensor class_weights_;  ///< on the device; undefined: all classes are alike
};

}  // namespace flowrun::train
