#include "first_convolution.h"

#include <algorithm>

namespace flowrun::train {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

constexpr std::int64_t kVector = 16;  ///< float32 in a register of AVX-512

/// Samples and channels change places.
at::Tensor swapped(const at::Tensor& tensor) { return tensor.transpose(0, 1).contiguous(); }

struct FirstConvolution : torch::autograd::Function<FirstConvolution> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& input, const at::Tensor& weight, const at::Tensor& bias,
                            const std::vector<std::int64_t>& padding) {
    context->save_for_backward({input});
    context->saved_data["padding"] = padding;
    const at::AutoDispatchBelowAutograd below;
    return at::conv3d(input, weight, bias, at::IntArrayRef{1, 1, 1}, padding);
  }

  /// dW[o][c][k] = sum over samples n and places p of dY[n][o][p] X[n][c][p + k]: channel c of X as a sample whose channels are
  /// the samples, channel o of dY as a kernel as large as the image.
  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const at::AutoDispatchBelowAutograd below;
    const std::vector<std::int64_t> padding = context->saved_data["padding"].toIntVector();
    const at::Tensor input = context->get_saved_variables()[0], &gradient = gradients[0];
    const at::Tensor of_weight = at::conv3d(swapped(input), swapped(gradient), {}, at::IntArrayRef{1, 1, 1}, padding);
    return {at::Tensor(), swapped(of_weight), gradient.sum({0, 2, 3, 4}), at::Tensor()};
  }
};

}  // namespace

bool suits_first_convolution(const at::Tensor& input, const at::Tensor& weight, const std::vector<std::int64_t>& stride) {
  const bool steps = std::all_of(stride.begin(), stride.end(), [](std::int64_t step) { return step == 1; });
  return steps && input.is_cpu() && !input.requires_grad() && weight.requires_grad() && input.size(1) < kVector &&
         input.size(0) >= kVector;
}

at::Tensor first_convolution(const at::Tensor& input, const at::Tensor& weight, const at::Tensor& bias,
                             const std::vector<std::int64_t>& padding) {
  // A function of autograd takes no undefined tensor.
  return FirstConvolution::apply(input, weight, bias.defined() ? bias : at::zeros({weight.size(0)}, weight.options()), padding);
}

}  // namespace flowrun::train
