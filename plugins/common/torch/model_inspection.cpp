#include "common/torch/model_inspection.h"

#include <algorithm>
#include <memory>

#include "common/torch/state_check.h"
#include "flowrun/sdk/error.h"

namespace flowrun::tensor {
namespace {

void check_forward(const torch::jit::Module& module, const std::string& path) {
  const auto method = module.find_method("forward");
  if (!method) throw Error("'" + path + "' contains a TorchScript module without a forward method; save the network itself");
  const auto& arguments = method->function().getSchema().arguments();
  const auto required = std::count_if(arguments.begin() + 1, arguments.end(), [](const auto& a) { return !a.default_value(); });
  if (arguments.size() < 2 || required > 1)
    throw Error("the network in '" + path + "' wants " + std::to_string(required) +
                " inputs, but it is handed one tensor of patches; wrap it in a module whose forward takes one tensor");
}

// A convolution's weight is output channels x input channels x kernel; one-dimensional kernels (3 axes) are left out, they look
// like stacked matrices.
std::int64_t first_convolution_channels(const torch::jit::Module& module) {
  for (const at::Tensor& parameter : module.parameters()) {
    if (parameter.dim() == 4 || parameter.dim() == 5) return parameter.size(1);
  }
  return -1;
}

void add_once(std::vector<std::int64_t>& sizes, std::int64_t size) {
  constexpr std::size_t kMost = 16;
  if (size > 0 && size <= 4096 && sizes.size() < kMost && std::find(sizes.begin(), sizes.end(), size) == sizes.end()) sizes.push_back(size);
}

void look_at_node(const torch::jit::Node& node, ModelTraits& traits) {
  traits.quantises_batches = traits.quantises_batches || std::string(node.kind().toUnqualString()).find("_dynamic") != std::string::npos;
  if (node.kind() == c10::prim::ListConstruct && !node.inputs().empty()) {
    const auto first = torch::jit::toIValue(node.inputs()[0]);
    if (first && first->isInt()) add_once(traits.sizes, first->toInt());
  }
  if (node.kind() != c10::prim::Constant) return;
  const auto value = torch::jit::toIValue(node.output());
  if (value && value->isDevice()) traits.devices.push_back(value->toDevice());
  if (value && value->isIntList() && !value->toIntList().empty()) add_once(traits.sizes, value->toIntList().get(0));
}

void look_at_block(torch::jit::Block& block, ModelTraits& traits) {
  for (torch::jit::Node* node : block.nodes()) {
    look_at_node(*node, traits);
    for (torch::jit::Block* inner : node->blocks()) look_at_block(*inner, traits);
  }
}

bool check_state(const std::shared_ptr<torch::jit::Graph>& forward, const std::string& path) {
  try {
    return may_change_state(forward);
  } catch (const Error& error) {
    throw Error("the network in '" + path + "' " + error.what());
  }
}

}  // namespace

ModelTraits inspect_model(const torch::jit::Module& module, const std::string& path) {
  check_forward(module, path);
  const std::shared_ptr<torch::jit::Graph> graph = module.get_method("forward").graph()->copy();
  torch::jit::Inline(*graph);
  const torch::jit::AliasDb aliases(graph);
  ModelTraits traits;
  traits.first_convolution_channels = first_convolution_channels(module);
  traits.writes_input = aliases.hasWriters(graph->inputs().at(1));
  traits.may_change_state = check_state(graph, path);
  look_at_block(*graph->block(), traits);
  return traits;
}

}  // namespace flowrun::tensor
