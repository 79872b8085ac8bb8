#include "gradient.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <numeric>

#include "common/torch/inference.h"
#include "common/torch/staging.h"
#include "flowrun/sdk/error.h"
#include "flushed_denormals.h"
#include "random_order.h"

namespace flowrun::train {
namespace {

/// Takes results of tasks in any order and hands them on in the order of their index; what comes too early waits here.
template <class T, class Take>
class InOrder {
 public:
  explicit InOrder(Take take) : take_(std::move(take)) {}
  void add(std::int64_t index, T result) {
    const std::lock_guard lock(mutex_);
    waiting_.emplace(index, std::move(result));
    for (auto first = waiting_.begin(); first != waiting_.end() && first->first == next_; first = waiting_.erase(first), ++next_)
      take_(first->second);
  }

 private:
  Take take_;
  std::mutex mutex_;
  std::map<std::int64_t, T> waiting_;
  std::int64_t next_ = 0;
};
template <class T, class Take>
InOrder<T, Take> in_order(Take take) {
  return InOrder<T, Take>(std::move(take));
}

/// One number for each weight; 0 where there is no gradient.
std::vector<float> flat(const std::vector<at::Tensor>& gradients, const Weights& weights) {
  std::vector<float> values(weights.values().size());
  for (std::size_t i = 0; i < gradients.size(); ++i) {
    if (!gradients[i].defined()) continue;
    const at::Tensor here = gradients[i].to(at::kCPU).contiguous();
    std::copy_n(here.data_ptr<float>(), weights.size(i), values.begin() + weights.offset(i));
  }
  return values;
}

void add_all(std::vector<at::Tensor>& sums, const std::vector<at::Tensor>& parts, double share) {
  if (sums.empty())
    for (const at::Tensor& part : parts) sums.push_back(at::zeros_like(part));
  for (std::size_t i = 0; i < parts.size(); ++i) sums[i] += parts[i] * share;
}

void add(std::vector<std::int64_t>& sums, const std::vector<std::int64_t>& parts) {
  sums.resize(parts.size());
  for (std::size_t i = 0; i < parts.size(); ++i) sums[i] += parts[i];
}

void add(Metrics& total, const Metrics& part) {
  total.loss += part.loss;
  total.count += part.count;
  total.right += part.right;
  add(total.found, part.found);
  add(total.labelled, part.labelled);
  add(total.both, part.both);
}

/// A failure of LibTorch as a sentence.
[[noreturn]] void explain(const c10::Error& failure, c10::Device device, std::int64_t samples) {
  const std::string reason = tensor::short_reason(failure), where = device.is_cpu() ? "" : " of " + device.str();
  if (tensor::is_out_of_memory(failure))
    throw Error("the memory" + where + " does not suffice to train on " + std::to_string(samples) +
                " samples at a time; lower 'micro_batch' (" + reason + ")");
  throw Error("LibTorch failed in training on " + device.str() + ": " + reason);
}

}  // namespace

/// What one micro-batch of a training step gives.
struct Gradient::Part {
  at::Tensor loss;                    ///< on the device, as all tensors of it
  double share = 0;                   ///< of the batch's samples
  std::vector<at::Tensor> gradients;  ///< one for each parameter; undefined where it does not move
  std::vector<at::Tensor> mean, variance;
};

/// Inputs N x C x D x H x W and labels (N, or N x D x H x W) on the device.
struct Gradient::Batch {
  at::Tensor input, labels;
};

Gradient::Gradient(const network::Network& network, const Examples& examples, const Settings& settings, c10::Device device)
    : network_(network), examples_(examples), settings_(settings), device_(device), loss_(settings, device) {}

Gradient::Batch Gradient::batch_of(Context& context, std::span<const std::int64_t> samples, std::int64_t epoch,
                                   bool training) const {
  const auto count = static_cast<std::int64_t>(samples.size());
  std::vector<std::int64_t> shape = examples_.input_shape();
  shape.insert(shape.begin(), count);
  at::Tensor input = tensor::staging(shape, at::kFloat, device_);
  const std::vector<std::int64_t> image{count, shape[2], shape[3], shape[4]}, single{count};
  at::Tensor labels = tensor::staging(examples_.has_label_image() ? image : single, at::kLong, device_);
  auto* const values = input.data_ptr<float>();
  auto* const numbers = labels.data_ptr<std::int64_t>();
  const std::int64_t of_input = input.numel() / count, of_labels = labels.numel() / count;
  const auto fill = [&](std::int64_t i) {
    examples_.fill(samples[static_cast<std::size_t>(i)], epoch, training, values + i * of_input, numbers + i * of_labels);
  };
  if (device_.is_cpu()) {  // this is a task of several already
    for (std::int64_t i = 0; i < count; ++i) fill(i);
  } else {
    context.parallel_for(count, fill);
  }
  return {tensor::sent(input, device_), tensor::sent(labels, device_)};
}

std::vector<at::Tensor> Gradient::tensors_of(const Weights& weights) const {
  std::vector<at::Tensor> tensors;
  for (std::size_t i = 0; i < weights.parameters().size(); ++i) tensors.push_back(tensor::sent(weights.view(i), device_));
  return tensors;
}

Gradient::Part Gradient::train_part(Context& context, const std::vector<at::Tensor>& tensors,
                                    std::span<const std::int64_t> samples, std::int64_t first, std::int64_t batch,
                                    std::int64_t epoch, std::int64_t step) const {
  tensor::limit_threads(1);
  const FlushedDenormals flushed;
  const at::AutoGradMode with_gradients(true);
  Pass pass{true, stream(settings_.seed, Purpose::dropout, static_cast<std::uint64_t>(step)), first, {}, {}};
  const Batch examples = batch_of(context, samples, epoch, true);
  const at::Tensor loss = loss_(logits(network_, examples.input, tensors, pass), examples.labels);
  std::vector<at::Tensor> moving;
  for (const at::Tensor& tensor : tensors)
    if (tensor.requires_grad()) moving.push_back(tensor);
  const auto found = torch::autograd::grad({loss / static_cast<double>(batch)}, moving);
  Part part{loss.detach().to(at::kDouble),
            static_cast<double>(samples.size()) / static_cast<double>(batch),
            {},
            pass.batch_mean,
            pass.batch_variance};
  std::size_t next = 0;
  for (const at::Tensor& tensor : tensors)
    part.gradients.push_back(tensor.requires_grad() ? found[next++].contiguous() : at::Tensor());
  return part;
}

Metrics Gradient::judge_part(Context& context, const std::vector<at::Tensor>& tensors,
                             std::span<const std::int64_t> samples) const {
  tensor::limit_threads(1);
  const FlushedDenormals flushed;
  const at::NoGradGuard no_gradients;
  Pass pass;
  const Batch examples = batch_of(context, samples, 0, false);
  const at::Tensor scores = logits(network_, examples.input, tensors, pass);
  Metrics metrics;
  metrics.loss = loss_(scores, examples.labels).item<double>();
  const std::int64_t classes = scores.size(1);
  const at::Tensor truth = examples.labels.flatten(), found = scores.argmax(1).flatten();
  const auto counts = [&](const at::Tensor& numbers) {
    const at::Tensor all = at::bincount(numbers, {}, classes).to(at::kCPU);
    return std::vector<std::int64_t>(all.data_ptr<std::int64_t>(), all.data_ptr<std::int64_t>() + classes);
  };
  metrics.count = truth.numel();
  metrics.found = counts(found);
  metrics.labelled = counts(truth);
  metrics.both = counts(truth.masked_select(at::eq(found, truth)));
  metrics.right = std::accumulate(metrics.both.begin(), metrics.both.end(), std::int64_t{0});
  return metrics;
}

/// A GPU gets one micro-batch after the other from this thread.
void Gradient::for_each_part(Context& context, std::size_t samples,
                             const std::function<void(std::int64_t, std::int64_t, std::int64_t)>& task) const {
  const auto count = static_cast<std::int64_t>(samples), each = settings_.micro_batch;
  const std::int64_t parts = (count + each - 1) / each;
  const auto run = [&](std::int64_t part) {
    try {
      task(part, part * each, std::min(each, count - part * each));
    } catch (const c10::Error& failure) {
      explain(failure, device_, std::min(each, count));
    }
  };
  if (device_.is_cpu()) return context.parallel_for(parts, run);
  for (std::int64_t part = 0; part < parts && !context.cancelled(); ++part) run(part);
}

BatchResult Gradient::train(Context& context, const Weights& weights, const std::vector<bool>& moves,
                            std::span<const std::int64_t> samples, std::int64_t epoch, std::int64_t step) {
  BatchResult result;
  const std::vector<at::Tensor> on_device = tensors_of(weights);
  std::vector<at::Tensor> gradients(on_device.size());
  at::Tensor loss = at::zeros({}, at::TensorOptions().dtype(at::kDouble).device(device_));
  auto sum = in_order<Part>([&](Part& part) {
    loss += part.loss;
    add_all(result.mean, part.mean, part.share);
    add_all(result.variance, part.variance, part.share);
    for (std::size_t i = 0; i < part.gradients.size(); ++i) {
      if (!part.gradients[i].defined()) continue;
      if (gradients[i].defined()) gradients[i] += part.gradients[i];
      else gradients[i] = part.gradients[i].clone();
    }
  });
  for_each_part(context, samples.size(), [&](std::int64_t part, std::int64_t first, std::int64_t count) {
    std::vector<at::Tensor> leaves;  // of this task alone: a gradient's history is not shared between threads
    for (std::size_t i = 0; i < on_device.size(); ++i)
      leaves.push_back(on_device[i].detach().requires_grad_(moves[static_cast<std::size_t>(weights.offset(i))]));
    sum.add(part, train_part(context, leaves, samples.subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(count)),
                             first, static_cast<std::int64_t>(samples.size()), epoch, step));
  });
  result.loss = loss.item<double>();
  result.gradient = flat(gradients, weights);
  return result;
}

Metrics Gradient::judge(Context& context, const Weights& weights, std::span<const std::int64_t> samples) {
  Metrics total;
  const std::vector<at::Tensor> tensors = tensors_of(weights);
  auto sum = in_order<Metrics>([&](const Metrics& part) { add(total, part); });
  for_each_part(context, samples.size(), [&](std::int64_t part, std::int64_t first, std::int64_t count) {
    sum.add(part,
            judge_part(context, tensors, samples.subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(count))));
  });
  return total;
}

}  // namespace flowrun::train
