#include <doctest/doctest.h>

#include <map>

#include "common/network/network.h"
#include "flowrun/testing/node_runner.h"
#include "made_up_weights.h"
#include "test_folder.h"
#include "tiny_models.h"

namespace flowrun::testing {
namespace {

std::string description_of(const std::string& model) {
  torch::jit::ExtraFilesMap extra{{"flowrun.json", ""}};
  torch::jit::load(model, c10::Device(c10::kCPU), extra);
  return extra.at("flowrun.json");
}

/// The object under "network" in a description; the tests' own models end the object with the first line that begins so.
network::Network network_in(const std::string& description) {
  const std::size_t begin = description.find('{', description.find("\"network\""));
  std::size_t end = begin;
  for (int depth = 0; end < description.size(); ++end) {
    depth += description[end] == '{';
    depth -= description[end] == '}';
    if (depth == 0) break;
  }
  return network::parse_network(description.substr(begin, end - begin + 1), "the description");
}

/// The described parameters are those of the module, by name and shape.
void check_parameters(const std::string& model) {
  const network::Network network = network_in(description_of(model));
  std::map<std::string, std::vector<std::int64_t>> described;
  for (const auto& parameter : network::parameters(network, network::infer_shapes(network, 4, {15, 15, 15}, "the network")))
    described[parameter.name] = parameter.shape;
  std::map<std::string, std::vector<std::int64_t>> held;
  for (const auto& parameter : torch::jit::load(model).named_parameters()) held[parameter.name] = parameter.value.sizes().vec();
  CHECK(described == held);
  CHECK(described.size() == 8);
}

std::string error_of(const std::string& model, const PatchBatch& patches) {
  NodeRunner runner("cnn.stage", {{"model", model}}, "cpu");
  runner.input("patches", patches);
  return runner.error_of_run();
}

TEST_CASE("description: an imported model describes its layers, and the names are its parameters") {
  const TestFolder folder;
  NodeRunner import("cnn.import_weights", {{"pooling", std::string("max")}});
  import.set("weights", folder.write("w.pkl", PickleWriter::weights(made_up_weights()))).set("model", folder.file("m.pt"));
  REQUIRE(import.error_of_run() == "");
  check_parameters(folder.file("m.pt"));
  const network::Network network = network_in(description_of(folder.file("m.pt")));
  CHECK(network.name == "MSSEG-2016 patch network, max pooling");
  CHECK(network.chain()[2].pooling == network::Pooling::max);
}

TEST_CASE("description: the phantom models describe their layers, and the names are their parameters") {
  for (const std::string name : {"initial", "final"})
    check_parameters(FLOWRUN_SOURCE_DIR "/graphs/models/phantom/" + name + ".pt");
}

TEST_CASE("description: layers are checked against the channels, the size and the classes") {
  const TestFolder folder;
  const auto error = [&](const std::string& network) {
    const std::string text = R"({"format": 1, "input": {"channels": ["a"], "size": [3, 3, 3]}, "output": {"classes": ["x", "y"]},
                               "network": )" +
                             network + "}";
    return error_of(
        write_model(folder.file(std::string("m").append(std::to_string(folder.entries())).append(".pt")), kSumAndFirst, {}, text),
        made_up_patches(1, 1, 3));
  };
  CHECK(error("\"words\"") == "");
  CHECK(error(R"({"layers": [{"type": "flatten"}, {"type": "dense", "units": 2}]})") == "");
  CHECK(contains(error("3"), "'network' is neither a few words nor an object with the layers"));
  CHECK(contains(error(R"({"layers": [{"type": "flatten"}, {"type": "dense", "units": 3}]})"),
                 "its layers give 3 values for a patch, but it names 2 classes"));
  CHECK(contains(error(R"({"layers": [{"type": "pool", "kind": "max", "window": 5}]})"),
                 "(flowrun.json), layer 1 (max pool), gets 1 channel of 3 x 3 x 3 voxels: a window of 5 x 5 x 5 is larger"));
  CHECK(contains(error(R"({"layers": [{"type": "conv"}]})"), "layer 1 has the type \"conv\", which is unknown"));
  CHECK(contains(error("{\"x-deep\": " + std::string(1000, '[') + std::string(1000, ']') + "}"), "it is nested too deeply"));
}

}  // namespace
}  // namespace flowrun::testing
