// Convolutions in other forms than LibTorch's, beside LibTorch's.
#include <doctest/doctest.h>

#include "common/network/forward_source.h"
#include "common/torch/torch_headers.h"
#include "train/first_convolution.h"
#include "train/transposed_convolution.h"

namespace flowrun::train {
namespace {

TEST_CASE("first_convolution: gives the values and gradients of at::conv3d") {
  torch::manual_seed(1);
  const at::Tensor input = torch::randn({17, 3, 7, 8, 9}), factor = torch::randn({17, 5, 7, 6, 9});
  const std::vector<std::int64_t> padding{1, 1, 2};
  const auto gradients = [&](bool first) {
    torch::manual_seed(2);
    at::Tensor weight = torch::randn({5, 3, 3, 5, 5}).requires_grad_(true), bias = torch::randn({5}).requires_grad_(true);
    CHECK(suits_first_convolution(input, weight, {1, 1, 1}));
    const at::Tensor out =
        first ? first_convolution(input, weight, bias, padding) : at::conv3d(input, weight, bias, {1, 1, 1}, padding);
    auto found = torch::autograd::grad({(out * factor).sum()}, {weight, bias});
    found.push_back(out.detach());
    return found;
  };
  const auto ours = gradients(true), theirs = gradients(false);
  for (std::size_t i = 0; i < ours.size(); ++i) CHECK(at::allclose(ours[i], theirs[i], 1e-4, 1e-3));
  const at::Tensor weight = torch::randn({5, 3, 3, 5, 5}).requires_grad_(true);
  CHECK(
      at::allclose(first_convolution(input, weight, {}, padding), at::conv3d(input, weight, {}, {1, 1, 1}, padding), 1e-4, 1e-4));
}

TEST_CASE("transposed_convolution: gives the values and gradients of at::conv_transpose3d") {
  using Sizes = std::vector<std::int64_t>;
  struct Case {
    std::int64_t channels;  // of the result: up to 8 are computed in another way
    Sizes kernel, stride, padding;
    bool bias;
  };
  for (const Case& one : {Case{9, {3, 2, 4}, {1, 1, 1}, {0, 0, 0}, true}, Case{9, {3, 2, 4}, {1, 1, 1}, {1, 0, 2}, false},
                          Case{3, {3, 2, 4}, {1, 1, 1}, {0, 0, 0}, true}, Case{8, {1, 4, 9}, {1, 1, 1}, {0, 1, 2}, false},
                          Case{1, {3, 3, 1}, {1, 1, 1}, {1, 0, 0}, true}, Case{3, {2, 2, 2}, {2, 2, 2}, {0, 0, 0}, true},
                          Case{3, {3, 4, 5}, {1, 2, 3}, {1, 0, 2}, false}}) {
    CAPTURE(one.channels);
    CAPTURE(one.kernel[2]);
    const auto gradients = [&](bool own) {
      torch::manual_seed(3);
      at::Tensor input = torch::randn({2, 5, 4, 6, 7}).requires_grad_(true);
      at::Tensor weight = torch::randn({5, one.channels, one.kernel[0], one.kernel[1], one.kernel[2]}).requires_grad_(true);
      at::Tensor bias = one.bias ? torch::randn({one.channels}).requires_grad_(true) : at::Tensor();
      const at::Tensor out = own ? transposed_convolution(input, weight, bias, one.stride, one.padding)
                                 : at::conv_transpose3d(input, weight, bias, one.stride, one.padding);
      std::vector<at::Tensor> of{input, weight};
      if (one.bias) of.push_back(bias);
      auto found = torch::autograd::grad({(out * torch::randn(out.sizes())).sum()}, of);
      found.push_back(out.detach());
      return found;
    };
    const auto ours = gradients(true), theirs = gradients(false);
    for (std::size_t i = 0; i < ours.size(); ++i) CHECK(at::allclose(ours[i], theirs[i], 1e-4, 1e-3));
  }
}

TEST_CASE("forward_source: a transposed convolution in a model's code gives the values of at::conv_transpose3d") {
  using network::Size3;
  struct Case {
    std::int64_t channels;
    Size3 kernel, stride, padding;  // along x, y, z
    bool bias;
  };
  const auto text_of = [](const Size3& size) {
    std::string text = "[";  // not + with a literal in front, of which GCC 12 warns without a reason
    text += std::to_string(size[0]) + ", " + std::to_string(size[1]) + ", " + std::to_string(size[2]) + "]";
    return text;
  };
  const auto zyx = [](const Size3& size) { return std::vector<std::int64_t>{size[2], size[1], size[0]}; };
  for (const Case& one : {Case{9, {4, 2, 3}, {1, 1, 1}, {0, 0, 0}, true}, Case{9, {4, 2, 3}, {1, 1, 1}, {2, 0, 1}, false},
                          Case{2, {4, 2, 3}, {1, 1, 1}, {0, 0, 0}, true}, Case{8, {9, 4, 1}, {1, 1, 1}, {2, 1, 0}, false},
                          Case{2, {1, 3, 3}, {1, 1, 1}, {0, 0, 1}, true}, Case{2, {3, 3, 3}, {1, 1, 1}, {4, 0, 1}, true},
                          Case{2, {2, 2, 2}, {2, 2, 2}, {0, 0, 0}, true}, Case{9, {3, 3, 3}, {1, 2, 1}, {0, 1, 0}, false}}) {
    const std::string layer = R"({"layers": [{"type": "transposed_convolution", "channels": )" + std::to_string(one.channels) +
                              R"(, "kernel": )" + text_of(one.kernel) + R"(, "stride": )" + text_of(one.stride) +
                              R"(, "padding": )" + text_of(one.padding) + R"(, "weight": "kernel", "bias": )" +
                              (one.bias ? R"("shift")" : "false") + "}]}";
    CAPTURE(layer);
    torch::manual_seed(4);
    const at::Tensor input = torch::randn({2, 5, 6, 7, 8});
    const at::Tensor weight = torch::randn({5, one.channels, one.kernel[2], one.kernel[1], one.kernel[0]});
    const at::Tensor bias = one.bias ? torch::randn({one.channels}) : at::Tensor();
    torch::jit::Module module("model");
    module.register_parameter("kernel", weight, false);
    if (one.bias) module.register_parameter("shift", bias, false);
    module.define(network::forward_source(network::parse_network(layer, "net")));
    const at::Tensor found = module.forward({input}).toTensor();
    const at::Tensor expected = at::conv_transpose3d(input, weight, bias, zyx(one.stride), zyx(one.padding));
    REQUIRE(found.sizes() == expected.sizes());
    CHECK(at::allclose(found, expected, 1e-4, 1e-4));
  }
}

}  // namespace
}  // namespace flowrun::train
