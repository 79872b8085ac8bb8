#include "loss.h"

namespace flowrun::train {
namespace {

/// Probabilities and labels of the classes but the first, N x (K - 1) x voxels.
struct Classes {
  at::Tensor probability, label;
};

Classes classes_of(const at::Tensor& scores, const at::Tensor& labels) {
  const std::int64_t samples = scores.size(0), classes = scores.size(1);
  const at::Tensor probability = at::softmax(scores, 1).reshape({samples, classes, -1});
  const at::Tensor flat = labels.reshape({samples, 1, -1});
  const at::Tensor numbers = at::arange(1, classes, flat.options()).reshape({1, -1, 1});
  return {probability.narrow(1, 1, classes - 1), at::eq(flat, numbers).to(probability.scalar_type())};
}

at::Tensor sensitivity_specificity(const Classes& of, double ratio) {
  const at::Tensor error = (of.label - of.probability).square(), others = 1 - of.label;
  const at::Tensor inside = (error * of.label).sum(2) / of.label.sum(2).clamp_min(1),
                   outside = (error * others).sum(2) / others.sum(2).clamp_min(1);
  return (ratio * inside + (1 - ratio) * outside).mean(1).sum();
}

}  // namespace

Loss::Loss(const Settings& settings, c10::Device device)
    : kind_(settings.loss), batch_dice_(settings.batch_dice), ratio_(settings.loss_ratio) {
  if (!settings.class_weights.empty()) class_weights_ = at::tensor(settings.class_weights, at::kFloat).to(device);
}

at::Tensor Loss::cross_entropy(const at::Tensor& scores, const at::Tensor& labels) const {
  c10::optional<at::Tensor> weights;
  if (class_weights_.defined()) weights = class_weights_.to(scores.device());
  const at::Tensor sum = at::cross_entropy_loss(scores, labels, weights, at::Reduction::Sum);
  const std::int64_t voxels = labels.numel() / labels.size(0);
  return voxels == 1 ? sum : sum / static_cast<double>(voxels);
}

at::Tensor Loss::dice(const at::Tensor& scores, const at::Tensor& labels) const {
  const Classes of = classes_of(scores, labels);
  const std::vector<std::int64_t> over = batch_dice_ ? std::vector<std::int64_t>{0, 2} : std::vector<std::int64_t>{2};
  const at::Tensor both = (of.probability * of.label).sum(over), all = of.probability.sum(over) + of.label.sum(over);
  const at::Tensor loss = (1 - (2 * both + 1) / (all + 1)).mean(-1).sum();
  return batch_dice_ ? loss * static_cast<double>(scores.size(0)) : loss;
}

at::Tensor Loss::operator()(const at::Tensor& scores, const at::Tensor& labels) const {
  if (kind_ == "dice") return dice(scores, labels);
  if (kind_ == "cross_entropy_dice") return cross_entropy(scores, labels) + dice(scores, labels);
  if (kind_ == "sensitivity_specificity") return sensitivity_specificity(classes_of(scores, labels), ratio_);
  return cross_entropy(scores, labels);
}

}  // namespace flowrun::train
