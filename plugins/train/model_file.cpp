#include "model_file.h"

#include <map>
#include <sstream>

#include "common/network/forward_source.h"
#include "common/torch/model_archive.h"
#include "flowrun/sdk/error.h"

namespace flowrun::train {
namespace {

/// Modules within modules, for parameters with dots in their names.
class ModuleTree {
 public:
  ModuleTree() : unit_(std::make_shared<torch::jit::CompilationUnit>()), root_(make("Network")) {}

  torch::jit::Module& root() { return root_; }

  void add(const network::Parameter& parameter, const at::Tensor& value) {
    torch::jit::Module owner = owner_of(parameter.name);
    const std::string name = parameter.name.substr(parameter.name.rfind('.') + 1);
    if (parameter.is_buffer()) owner.register_buffer(name, value);
    else owner.register_parameter(name, value, false);
  }

 private:
  torch::jit::Module make(const std::string& name) {
    torch::jit::Module module("__torch__.flowrun." + name, unit_);
    module.register_attribute("training", c10::BoolType::get(), false);
    return module;
  }

  torch::jit::Module owner_of(const std::string& name) {
    torch::jit::Module owner = root_;
    for (std::size_t begin = 0, dot = name.find('.'); dot != std::string::npos; begin = dot + 1, dot = name.find('.', begin)) {
      const std::string path = name.substr(0, dot), part = name.substr(begin, dot - begin);
      const auto known = parts_.find(path);
      if (known == parts_.end()) {
        const torch::jit::Module module = make("Part" + std::to_string(parts_.size()));
        owner.register_module(part, module);
        owner = parts_.emplace(path, module).first->second;
      } else {
        owner = known->second;
      }
    }
    return owner;
  }

  std::shared_ptr<torch::jit::CompilationUnit> unit_;
  torch::jit::Module root_;
  std::map<std::string, torch::jit::Module> parts_;
};

std::string in_words(at::IntArrayRef shape) {
  std::string text;
  for (const std::int64_t axis : shape) text += (text.empty() ? "" : " x ") + std::to_string(axis);
  return text;
}

}  // namespace

std::string torchscript_of(const network::Network& network, const Weights& weights, const std::string& description) {
  ModuleTree tree;
  for (std::size_t i = 0; i < weights.parameters().size(); ++i) tree.add(weights.parameters()[i], weights.view(i).clone());
  tree.root().define(network::forward_source(network));
  std::ostringstream stream(std::ios::binary);
  tree.root().save(stream, {{"flowrun.json", description}});
  return stream.str();
}

network::ModelDescription description_in(const std::string& path) {
  return network::parse_description(tensor::load_checked(path).extra, path);
}

network::ModelDescription describe_model(const std::string& path) {
  network::ModelDescription description = description_in(path);
  if (!description.structure)
    throw Error("the model '" + path +
                "' does not describe its layers (\"network\" with \"layers\" in its flowrun.json), so its training "
                "cannot continue; give the layers in parameter 'network'");
  return description;
}

void load_weights(Weights& weights, const std::string& path) {
  const torch::jit::Module module = tensor::load_checked(path).module;
  std::map<std::string, at::Tensor> held;
  for (const auto& parameter : module.named_parameters()) held[parameter.name] = parameter.value;
  for (const auto& buffer : module.named_buffers()) held[buffer.name] = buffer.value;
  std::string faults;
  for (std::size_t i = 0; i < weights.parameters().size(); ++i) {
    const network::Parameter& wanted = weights.parameters()[i];
    const auto found = held.find(wanted.name);
    if (found == held.end()) faults += "; '" + wanted.name + "' is missing";
    else if (found->second.sizes() != at::IntArrayRef(wanted.shape))
      faults +=
          "; '" + wanted.name + "' is " + in_words(found->second.sizes()) + " where " + in_words(wanted.shape) + " is expected";
    else weights.view(i).copy_(found->second.to(at::kFloat));
  }
  if (!faults.empty())
    throw Error("the model '" + path + "' does not fit the network that is to be trained: " + faults.substr(2));
}

}  // namespace flowrun::train
