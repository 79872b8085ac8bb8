#pragma once

#include <memory>
#include <vector>

#include "common/torch/torch_headers.h"
#include "flowrun/sdk/node.h"

namespace flowrun::cnn {

/// The node of cnn.volume. With devices given it hands its firings to their queues whatever `run.device` says, as make_cascade.
std::unique_ptr<Node> make_volume(std::vector<c10::Device> devices = {});

}  // namespace flowrun::cnn
