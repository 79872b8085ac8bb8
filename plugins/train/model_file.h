#pragma once

#include <string>

#include "common/network/model_description.h"
#include "layers.h"

namespace flowrun::train {

/// The bytes of a TorchScript archive that computes the network with these weights in evaluation mode, softmax included, and
/// carries `description` as its extra file "flowrun.json". Parameters keep their names, with submodules for the dots in them.
std::string torchscript_of(const network::Network& network, const Weights& weights, const std::string& description);

/// What the model says about itself, empty where it says nothing. Throws Error as load_checked and parse_description do.
network::ModelDescription description_in(const std::string& path);
/// What a model file says about itself. Throws Error, naming the file, when it is no model or does not describe its layers.
network::ModelDescription describe_model(const std::string& path);

/// Fills the weights from a model file, by the names of its parameters. Throws Error, naming the file and every parameter that
/// is missing or of another shape.
void load_weights(Weights& weights, const std::string& path);

}  // namespace flowrun::train
