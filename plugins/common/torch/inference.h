#pragma once

#include <cstdint>
#include <string>

#include "common/torch/torch_headers.h"
#include "flowrun/sdk/payloads.h"

namespace flowrun::tensor {

/// From now on this thread uses no more than `threads` threads inside an operation of LibTorch.
void limit_threads(int threads);

/// While it lives, LibTorch's warnings on this thread are dropped.
class NoWarnings {
 public:
  NoWarnings();
  ~NoWarnings();
  NoWarnings(const NoWarnings&) = delete;
  NoWarnings& operator=(const NoWarnings&) = delete;

 private:
  c10::WarningHandler* before_;
};

/// While it lives, this thread runs networks for their results only: no gradients, the graph compiled once and never again for
/// other shapes, no more than `threads` threads inside an operation, and no warnings of LibTorch: it writes them, and texts of
/// a model, to the terminal as they are.
class InferenceScope {
 public:
  explicit InferenceScope(int threads);

 private:
  c10::InferenceMode no_gradients_;
  torch::jit::GraphOptimizerEnabledGuard compile_once_;
  NoWarnings no_warnings_;
};

/// Patches first .. first + count of a batch as a tensor N x C x D x H x W on the batch's own memory: nothing is copied, the
/// batch must outlive the tensor, which must not be written to.
at::Tensor view_of_patches(const PatchBatch& batch, std::int64_t first, std::int64_t count);

/// Whether the network's own code stopped itself (raise, assert). short_reason then gives the message that it raised.
bool is_raised_by_network(const std::exception& failure);

/// Whether LibTorch, or a library behind it, failed because memory ran out or too much was asked of it at a time.
bool is_out_of_memory(const std::exception& failure);

/// What LibTorch has to say about a failure, without its stack traces and without the TorchScript source; never empty. Where it
/// lacks an engine for quantised networks, that, with the engines that it has.
std::string short_reason(const std::exception& failure);

}  // namespace flowrun::tensor
