#pragma once

#include <memory>
#include <vector>

#include "common/torch/torch_headers.h"
#include "flowrun/sdk/node.h"

namespace flowrun::cnn {

/// The node of cnn.cascade. With devices given it hands its firings to their queues whatever `run.device` says: so that a test
/// can see on the CPU what is done for a GPU.
std::unique_ptr<Node> make_cascade(std::vector<c10::Device> devices = {});

}  // namespace flowrun::cnn
