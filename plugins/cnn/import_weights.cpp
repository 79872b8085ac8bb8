#include "import_weights.h"

#include <memory>
#include <string>

#include "flowrun/sdk/node.h"
#include "network_writer.h"
#include "weights_check.h"
#include "weights_file.h"

namespace flowrun::cnn {
namespace {

class ImportWeights : public Node {
 public:
  void process(Context& context) override {
    const Params& params = context.params();
    const std::vector<std::string>& channels = params.texts("channels");
    if (channels.empty()) throw Error("parameter 'channels' is empty; name the images in the order of the network's channels");
    const WeightsFile weights(params.text("weights"));
    check_weights(weights, static_cast<std::int64_t>(channels.size()));
    const Pooling pooling = params.text("pooling") == "max" ? Pooling::max : Pooling::average;
    write_network(weights, pooling, channels, params.text("model"));
  }
};

std::vector<ParamSpec> import_weights_params() {
  return {{.name = "weights",
           .type = ParamType::path,
           .help = "Python pickle of the weights, as their authors publish it (*.model_weights.pkl)",
           .per_case = true},
          {.name = "model",
           .type = ParamType::path,
           .help = "TorchScript model to write, for cnn.stage",
           .role = PathRole::output,
           .per_case = true},
          {.name = "pooling",
           .type = ParamType::choice,
           .default_value = std::string("average"),
           .help = "The network's pooling: average, as the published weights were trained, or max, as the paper says",
           .choices = {"average", "max"}},
          {.name = "channels",
           .type = ParamType::strings,
           .default_value = std::vector<std::string>{"FLAIR", "PD", "T2", "T1"},
           .help = "Names of the images in the order of the network's channels, kept in the model's description"}};
}

}  // namespace

NodeType import_weights_type() {
  NodeType type;
  type.name = "cnn.import_weights";
  type.summary = "Published weights of the MSSEG-2016 cascade as a TorchScript model";
  type.details =
      "Reads the weights of one of the two patch networks of Cabezas et al. (MSSEG challenge 2016) from the Python pickle that "
      "the "
      "authors publish (layers conv1_1, conv2_1, l1, out; float32; protocol 2 or 3) and writes a TorchScript model with a "
      "description inside, ready for cnn.stage. The pickle's kernels have axes x, y, z; they are turned to the z, y, x of "
      "patches. "
      "The pickle is not trusted: it is read as plain data, no Python is run, and whatever a file of arrays does not need is "
      "refused "
      "by name.\n\n"
      "Errors: the file is missing, damaged, no pickle of arrays, or holds other layers or shapes; the model cannot be written. "
      "The model appears whole under its name or not at all.";
  type.params = import_weights_params();
  type.create = create_node<ImportWeights>;
  return type;
}

}  // namespace flowrun::cnn
