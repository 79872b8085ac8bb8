#include "train/transposed_convolution.h"

#include <doctest/doctest.h>

#include <vector>

namespace flowrun::train {
namespace {

using Sizes = std::vector<std::int64_t>;

struct Results {
  at::Tensor value, of_input, of_weight, of_bias;
};

/// Value and gradients, the gradient of the value being itself.
template <class Convolve>
Results results_of(const Convolve& convolve, const at::Tensor& input, const at::Tensor& weight, const at::Tensor& bias) {
  const std::vector<at::Tensor> leaves{input.clone().requires_grad_(), weight.clone().requires_grad_(),
                                       bias.clone().requires_grad_()};
  const at::Tensor value = convolve(leaves[0], leaves[1], leaves[2]);
  const auto found = torch::autograd::grad({value}, leaves, {value.detach()});
  return {value.detach(), found[0], found[1], found[2]};
}

double relative(const at::Tensor& found, const at::Tensor& expected) {
  REQUIRE(found.sizes() == expected.sizes());
  return ((found - expected).abs().max() / expected.abs().max()).item<double>();
}

}  // namespace

TEST_CASE("transposed_convolution: value and gradients are those of LibTorch, with few and with many channels") {
  struct Case {
    std::int64_t from, to;
    Sizes kernel, stride, padding;
  };
  torch::manual_seed(1);
  const std::vector<Case> cases{{4, 2, {3, 5, 4}, {1, 1, 1}, {0, 0, 0}},  {4, 8, {3, 3, 9}, {1, 1, 1}, {1, 0, 2}},
                                {3, 1, {1, 4, 2}, {1, 1, 1}, {0, 1, 1}},  {4, 9, {3, 3, 2}, {1, 1, 1}, {1, 1, 0}},
                                {4, 20, {3, 3, 3}, {1, 1, 1}, {0, 1, 2}}, {4, 2, {2, 2, 2}, {2, 2, 2}, {0, 0, 0}},
                                {4, 2, {3, 3, 1}, {1, 1, 1}, {1, 1, 0}}};
  for (const Case& one : cases) {
    CAPTURE(one.to);
    CAPTURE(one.kernel[2]);
    const at::Tensor input = torch::randn({2, one.from, 5, 6, 7}),
                     weight = torch::randn({one.from, one.to, one.kernel[0], one.kernel[1], one.kernel[2]}),
                     bias = torch::randn({one.to});
    const auto ours = [&](const at::Tensor& x, const at::Tensor& w, const at::Tensor& b) {
      return transposed_convolution(x, w, b, one.stride, one.padding);
    };
    const auto theirs = [&](const at::Tensor& x, const at::Tensor& w, const at::Tensor& b) {
      return at::conv_transpose3d(x, w, b, one.stride, one.padding);
    };
    const Results found = results_of(ours, input, weight, bias), expected = results_of(theirs, input, weight, bias);
    CHECK(relative(found.value, expected.value) < 1e-5);
    CHECK(relative(found.of_input, expected.of_input) < 1e-5);
    CHECK(relative(found.of_weight, expected.of_weight) < 1e-5);
    CHECK(relative(found.of_bias, expected.of_bias) < 1e-5);
    CHECK(relative(transposed_convolution(input, weight, {}, one.stride, one.padding),
                   at::conv_transpose3d(input, weight, {}, one.stride, one.padding)) < 1e-5);
  }
}

}  // namespace flowrun::train
