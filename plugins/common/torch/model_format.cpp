#include "common/torch/model_format.h"

#include <algorithm>
#include <cctype>
#include <string_view>

namespace flowrun::tensor {
namespace {

constexpr const char* kSave = "in Python, put the weights into the network and save it whole: "
                              "torch.jit.script(network.eval().cpu()).save(\"model.pt\") (docs/own-models.md)";
constexpr const char* kConvert = "make a TorchScript model in Python: build the network in PyTorch, put the weights into it, and save it by "
                                 "torch.jit.script(network.eval().cpu()).save(\"model.pt\") (docs/own-models.md)";

std::string is(const std::string& what, const std::string& how) { return "is " + what + ", not a TorchScript model; " + how; }

bool is_safetensors(std::string_view head) { return head.size() > 9 && head[8] == '{' && head[9] == '"' && head[6] == 0 && head[7] == 0; }

bool is_onnx(std::string_view head, const std::string& name) {
  const bool begins = head.size() > 2 && head[0] == 8 && head[1] > 0 && head[1] < 32;  // field 1, the version of its form
  const auto names = [&](std::string_view word) { return head.find(word) != std::string_view::npos; };
  return begins && (name.ends_with(".onnx") || names("pytorch") || names("onnx") || names("keras2onnx") || names("skl2onnx"));
}

bool is_text(std::string_view head) {
  return !head.empty() && std::all_of(head.begin(), head.end(), [](unsigned char c) { return c >= 32 || std::isspace(c); });
}

std::string by_signature(std::string_view head) {
  if (head.starts_with("\x89HDF\r\n\x1a\n")) return is("an HDF5 file (weights of Keras, say)", kConvert);
  if (head.size() > 8 && head.substr(4, 4) == "TFL3") return is("a TensorFlow Lite model", kConvert);
  if (head.size() > 8 && head.substr(4, 4) == "PTMF")
    return is("a model for mobile devices in the flatbuffer form", "save it in the zip form, by torch.jit.save(network, \"model.pt\") in Python");
  if (head.size() > 8 && head.substr(4, 2) == "ET") return is("an ExecuTorch program", kSave);
  if (head.starts_with("\x1f\x8b")) return is("compressed by gzip", "unpack it first: gunzip");
  if (head.starts_with("\xfd" "7zXZ")) return is("compressed by xz", "unpack it first: unxz");
  if (head.starts_with("7z\xbc\xaf\x27\x1c") || head.starts_with("Rar!")) return is("an archive", "unpack it first");
  if (head.size() > 262 && head.substr(257, 5) == "ustar")
    return is("a tar archive (an old form of PyTorch, or packed files)", "unpack it, or load it in Python and save it by torch.jit.save");
  return "";
}

}  // namespace

std::string other_format(const std::string& head, const std::string& name) {
  const std::string_view start(head);
  if (start.starts_with("PK\x03\x04")) return "";
  if (start.empty()) return is("empty", "copy or make it again");
  if (start.starts_with("version https://git-lfs")) return is("a pointer of Git LFS, whose content was not fetched", "run: git lfs pull");
  if (std::string found = by_signature(start); !found.empty()) return found;
  if (start.starts_with('\x80'))
    return is("a Python pickle", "the published weights become a model by the node type cnn.import_weights, other networks by "
                                 "torch.jit.script(network).save(file) in Python");
  if (is_safetensors(start)) return is("a safetensors file: weights without their network", kSave);
  if (is_onnx(start, name)) return is("an ONNX model", kConvert);
  std::string begins = head.substr(0, 64);
  std::transform(begins.begin(), begins.end(), begins.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (begins.find("<html") != std::string::npos || begins.starts_with("<!doctype"))
    return is("a web page (a download that went wrong, say)", "download the model again");
  if (is_text(start)) return is("a text", "name the model's file");
  return "is not a TorchScript model (a zip archive, as torch.jit.save writes it, is expected)";
}

std::string other_zip_format(const std::vector<ZipRecord>& records, const std::string& pickle) {
  const auto has = [&](std::string_view wanted) {  // at the top, or in the one folder at the top that PyTorch's archives have
    return std::any_of(records.begin(), records.end(), [&](const ZipRecord& record) {
      const std::string name = folded(record.name);
      return name == wanted || name.substr(name.find('/') + 1) == wanted;
    });
  };
  const std::string program = "in Python, save the network by torch.jit.script(network) or torch.jit.trace(network, example) and .save(file) "
                              "instead of torch.export";
  if (has("serialized_exported_program.json") || has("archive_format") || has("models/model.json"))
    return is("a program of torch.export (.pt2)", program);
  if (has("model.weights.h5") || has("metadata.json")) return is("a model of Keras", kConvert);
  if (has("model.json")) return is("a TorchScript archive of a form before PyTorch 1.4", "load it in Python and save it again by torch.jit.save");
  if (has("constants.pkl")) return "";
  if (has(".data/extern_modules")) return is("a package of torch.package", kSave);
  if (has("data.pkl")) {
    if (pickle.find("collections\nOrderedDict\n") < 32 || pickle.find("_rebuild_tensor_v2") < 200)
      return is("a state dict saved by torch.save: weights without their network", kSave);
    return is("an object saved by torch.save", kSave);
  }
  if (has("word/document.xml") || has("meta-inf/manifest.mf") || has("[content_types].xml")) return is("a zip archive of another program", "name the model's file");
  if (std::any_of(records.begin(), records.end(), [](const ZipRecord& record) { return folded(record.name).ends_with(".npy"); }))
    return is("an archive of NumPy arrays", kSave);
  return "is a zip archive but not a TorchScript model; in Python, save the network with torch.jit.script(network).save(file), not with torch.save";
}

}  // namespace flowrun::tensor
