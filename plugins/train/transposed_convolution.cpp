#include "transposed_convolution.h"

#include <array>

namespace flowrun::train {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;
using Sizes = std::vector<std::int64_t>;

constexpr std::size_t kAxes = 3;

/// Gradients of at::conv3d(image, weight): of the image, or of the weight.
at::Tensor gradient_of(bool weights, const at::Tensor& gradient, const at::Tensor& image, const at::Tensor& weight,
                       const Sizes& stride, const Sizes& padding) {
  const Sizes ones(kAxes, 1), zeros(kAxes, 0);
  const auto found = at::convolution_backward(gradient, image, weight, c10::nullopt, stride, padding, ones, false, zeros, 1,
                                              {!weights, weights, false});
  return weights ? std::get<1>(found) : std::get<0>(found);
}

/// N x K x D x H x W that a convolution makes an image of the size of `input` of.
at::Tensor image_before(const at::Tensor& input, const at::Tensor& weight, const Sizes& stride, const Sizes& padding) {
  Sizes size{input.size(0), weight.size(1)};
  for (std::size_t axis = 0; axis < kAxes; ++axis) {
    const auto at = static_cast<std::int64_t>(axis) + 2;
    size.push_back((input.size(at) - 1) * stride[axis] - 2 * padding[axis] + weight.size(at));
  }
  return at::empty(size, input.options());  // only its size counts
}

struct TransposedConvolution : torch::autograd::Function<TransposedConvolution> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& input, const at::Tensor& weight, const at::Tensor& bias,
                            const Sizes& stride, const Sizes& padding) {
    context->save_for_backward({input, weight});
    context->saved_data["stride"] = stride;
    context->saved_data["padding"] = padding;
    const at::AutoDispatchBelowAutograd below;
    const at::Tensor before = image_before(input, weight, stride, padding);
    return gradient_of(false, input, before, weight, stride, padding).add_(bias.view({1, -1, 1, 1, 1}));
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const at::AutoDispatchBelowAutograd below;
    const Sizes stride = context->saved_data["stride"].toIntVector(), padding = context->saved_data["padding"].toIntVector();
    const variable_list saved = context->get_saved_variables();
    const at::Tensor &input = saved[0], &weight = saved[1];
    const at::Tensor gradient = gradients[0].contiguous();
    const at::Tensor of_input = context->needs_input_grad(0) ? at::conv3d(gradient, weight, {}, stride, padding) : at::Tensor();
    const at::Tensor of_weight = gradient_of(true, input, gradient, weight, stride, padding);
    return {of_input, of_weight, gradient.sum({0, 2, 3, 4}), at::Tensor(), at::Tensor()};
  }
};

}  // namespace

at::Tensor transposed_convolution(const at::Tensor& input, const at::Tensor& weight, const at::Tensor& bias, const Sizes& stride,
                                  const Sizes& padding) {
  if (!input.is_cpu()) return at::conv_transpose3d(input, weight, bias, stride, padding);
  // A function of autograd takes no undefined tensor.
  const at::Tensor given = bias.defined() ? bias : at::zeros({weight.size(1)}, weight.options());
  return TransposedConvolution::apply(input, weight, given, stride, padding);
}

}  // namespace flowrun::train
