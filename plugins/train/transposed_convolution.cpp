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

/// Whether the result has fewer channels than a register has numbers: oneDNN fills registers with channels, so most of their
/// places would be empty.
bool has_few_channels(const at::Tensor& weight, const Sizes& stride) {
  constexpr std::int64_t kVector = 16;  // float32 in a register of AVX-512
  return weight.size(1) * 2 <= kVector && weight.size(4) > 1 && stride == Sizes(kAxes, 1);
}

/// The same sums in two steps: a convolution along y and z whose channels are those of the result times the places of the kernel
/// along x; then each place is added at its x.
at::Tensor with_few_channels(const at::Tensor& input, const at::Tensor& weight, const Sizes& padding) {
  const std::int64_t from = weight.size(0), to = weight.size(1), depth = weight.size(2), height = weight.size(3),
                     width = weight.size(4), columns = input.size(4);
  const at::Tensor turned = weight.permute({1, 4, 0, 2, 3}).reshape({to * width, from, depth, height, 1}).flip({2, 3});
  const at::Tensor parts = at::conv3d(input, turned, {}, Sizes(kAxes, 1), Sizes{depth - 1, height - 1, 0});
  const at::Tensor places = parts.view({parts.size(0), to, width, parts.size(2), parts.size(3), columns});
  at::Tensor whole = at::zeros({parts.size(0), to, parts.size(2), parts.size(3), columns + width - 1}, input.options());
  for (std::int64_t x = 0; x < width; ++x) whole.narrow(4, x, columns).add_(places.select(2, x));
  for (std::size_t axis = 0; axis < kAxes; ++axis) {
    const auto at = static_cast<std::int64_t>(axis) + 2;
    whole = whole.narrow(at, padding[axis], whole.size(at) - 2 * padding[axis]);
  }
  return whole.contiguous();
}

struct TransposedConvolution : torch::autograd::Function<TransposedConvolution> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& input, const at::Tensor& weight, const at::Tensor& bias,
                            const Sizes& stride, const Sizes& padding) {
    context->save_for_backward({input, weight});
    context->saved_data["stride"] = stride;
    context->saved_data["padding"] = padding;
    const at::AutoDispatchBelowAutograd below;
    const at::Tensor result =
        has_few_channels(weight, stride)
            ? with_few_channels(input, weight, padding)
            : gradient_of(false, input, image_before(input, weight, stride, padding), weight, stride, padding);
    return result.add_(bias.view({1, -1, 1, 1, 1}));
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
