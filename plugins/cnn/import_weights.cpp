#include "import_weights.h"

#include <memory>
#include <string>

#include "file_bytes.h"
#include "flowrun/sdk/node.h"
#include "keras_weights.h"
#include "keras_writer.h"
#include "network_writer.h"
#include "weights_check.h"
#include "weights_file.h"

namespace flowrun::cnn {
namespace {

/// The images of a network in the order of its channels: given, or those of the published one.
std::vector<std::string> channels_of(const Params& params, const std::vector<std::string>& published) {
  const std::vector<std::string>& given = params.texts("channels");
  return given.empty() ? published : given;
}

/// Files that people give in the place of weights are refused for what they are, by how they begin.
void refuse_other_kinds(const std::string& path, const std::string& file) {
  const auto begins = [&file](std::string_view mark) { return file.compare(0, mark.size(), mark) == 0; };
  const char* const kind = begins("\x1f\x8b") ? "a gzip file, such as a compressed image"
                           : begins("PK")     ? "a zip archive, such as a model of TorchScript or a state dictionary of PyTorch "
                                                "(docs/own-models.md)"
                                              : nullptr;
  if (kind)
    throw Error("'" + path + "' cannot be used as a file of weights: it is neither a Python pickle nor an HDF5 file, but " + kind);
}

class ImportWeights : public Node {
 public:
  void process(Context& context) override {
    const std::string& path = context.params().text("weights");
    std::string file = bytes_of_weights(path);
    refuse_other_kinds(path, file);
    if (hdf5::is_hdf5(file)) import_keras({path, std::move(file)}, context.params());
    else import_pickle({path, std::move(file)}, context.params());
  }

 private:
  static void import_pickle(const WeightsFile& weights, const Params& params) {
    const std::vector<std::string> channels = channels_of(params, {"FLAIR", "PD", "T2", "T1"});
    check_weights(weights, static_cast<std::int64_t>(channels.size()));
    const Pooling pooling = params.text("pooling") == "max" ? Pooling::max : Pooling::average;
    write_network(weights, pooling, channels, params.text("model"));
  }

  static void import_keras(const KerasWeights& weights, const Params& params) {
    const std::vector<std::string> channels = channels_of(params, {"T1", "FLAIR"});
    weights.check(nicmslesions_rules(static_cast<std::int64_t>(channels.size())), channels);
    write_keras_network(weights, channels, params.text("model"));
  }
};

std::vector<ParamSpec> import_weights_params() {
  return {{.name = "weights",
           .type = ParamType::path,
           .help = "Weights as their authors publish them: a Python pickle (*.model_weights.pkl) or a Keras file (*.hdf5)",
           .per_case = true},
          {.name = "model",
           .type = ParamType::path,
           .help = "TorchScript model to write, for cnn.stage",
           .role = PathRole::output,
           .per_case = true},
          {.name = "pooling",
           .type = ParamType::choice,
           .default_value = std::string("average"),
           .help = "Pooling of a pickled network: average, as the published weights were trained, or max, as the paper says",
           .choices = {"average", "max"}},
          {.name = "channels",
           .type = ParamType::strings,
           .default_value = std::vector<std::string>{},
           .help = "Names of the images in the order of the network's channels, kept in the model's description; empty: those of "
                   "the published network, FLAIR, PD, T2, T1 of a pickle and T1, FLAIR of a Keras file"}};
}

}  // namespace

NodeType import_weights_type() {
  NodeType type;
  type.name = "cnn.import_weights";
  type.summary = "Published weights of the MSSEG-2016 cascade or of nicMSlesions as a TorchScript model";
  type.details =
      "Reads the weights of one patch network and writes a TorchScript model with a description inside, ready for cnn.stage and "
      "cnn.dense_inference. What the file is decides which network it is:\n\n"
      "A Python pickle (protocol 2 or 3): the networks of Cabezas et al. (MSSEG challenge 2016), layers conv1_1, conv2_1, l1, "
      "out; float32.\n\n"
      "A Keras HDF5 file: the networks of nicMSlesions (Valverde et al., NeuroImage 2017), patches of 11 x 11 x 11, channels T1, "
      "FLAIR. Batch normalisation is folded into the convolutions; the slopes of PReLU are one for each channel and position. "
      "The file's attribute 'backend' says whether kernels are flipped (theano) or not (tensorflow). Networks that a person "
      "trained by nicMSlesions on other images come in when 'channels' names these.\n\n"
      "Kernels, slopes and the inputs of the first dense layer have axes x, y, z in the files; they are turned to the z, y, x of "
      "patches. The file is not trusted: it is read as plain data, nothing of it is run, and whatever a file of arrays does not "
      "need is refused by name.\n\n"
      "Errors: the file is missing, damaged, no file of arrays, or contains other layers, shapes or numbers of channels; the "
      "model cannot be written. The model appears whole under its name or not at all.";
  type.params = import_weights_params();
  type.create = create_node<ImportWeights>;
  return type;
}

}  // namespace flowrun::cnn
