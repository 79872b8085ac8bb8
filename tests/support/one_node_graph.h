// A small graph for tests of what is written of runs, and what reads it.
#pragma once

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "flowrun/host/validated_graph.h"

namespace flowrun::testing {

inline std::string read(const std::filesystem::path& file) {
  std::ifstream stream(file);
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

/// A graph of one node that reads a model, with one input.
inline ValidatedGraph one_node_graph(const std::string& model) {
  ValidatedGraph graph;
  graph.file = "toy.json";
  graph.name = "toy \"quoted\"";
  ValidatedNode node;
  node.id = "net";
  node.type_name = "cnn.stage";
  node.plugin = "cnn";
  node.plugin_version = "1.0.0";
  ParamExpression param;
  param.name = "model";
  param.constant = model;
  param.spec = {.name = "model", .type = ParamType::path, .help = "model"};
  node.params.push_back(param);
  graph.nodes.push_back(node);
  ValueSpec input;
  input.spec = {.name = "flair", .type = ParamType::path, .help = "image"};
  graph.case_inputs.push_back(input);
  return graph;
}

}  // namespace flowrun::testing
