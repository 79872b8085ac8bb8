#include "common/torch/model_archive.h"

#include <cctype>
#include <fstream>
#include <map>
#include <memory>
#include <string_view>
#include <tuple>

#include "common/torch/stored_tensors.h"
#include "common/torch/torch_headers.h"
#include "flowrun/sdk/error.h"

namespace flowrun::tensor {
namespace {

using caffe2::serialize::PyTorchStreamReader;

void check_first_bytes(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  char head[4] = {};
  file.read(head, sizeof head);
  if (file.bad() || !file.is_open()) throw Error("the model file '" + path + "' cannot be read");
  const std::string_view start(head, static_cast<std::size_t>(file.gcount()));
  if (start == std::string_view("PK\x03\x04", 4)) return;
  if (start.starts_with('\x80'))
    throw Error("'" + path + "' is a Python pickle, not a TorchScript model; the published weights become a model by the node " +
                "type cnn.import_weights, other networks by torch.jit.script(network).save(file) in Python");
  throw Error("'" + path + "' is not a TorchScript model (a zip archive, as torch.jit.save writes it, is expected)");
}

std::unique_ptr<PyTorchStreamReader> open_archive(const std::string& path) {
  try {
    return std::make_unique<PyTorchStreamReader>(path);
  } catch (const std::exception&) {
    throw Error("the model file '" + path + "' is damaged or cut short; copy or make it again");
  }
}

bool has_word(std::string_view text, std::string_view word) {
  const auto in_name = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; };
  for (std::size_t at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
    const std::size_t end = at + word.size();
    if ((at == 0 || !in_name(text[at - 1])) && (end == text.size() || !in_name(text[end]))) return true;
  }
  return false;
}

void check_code(std::string_view code, const std::string& path) {
  for (const char* word : {"save", "from_file"}) {  // aten::save writes a file, aten::from_file maps one, for writing too
    if (has_word(code, word))
      throw Error("the code of the model '" + path + "' names '" + word +
                  "', an operation on files; a network needs none, so this model is refused. Ask whoever made it");
  }
}

std::tuple<at::DataPtr, std::size_t> record_of(PyTorchStreamReader& archive, const std::string& record, const std::string& path) {
  try {
    return archive.getRecord(record);
  } catch (const std::exception&) {
    throw Error("the model file '" + path + "' is damaged or cut short (its part '" + record + "'); copy or make it again");
  }
}

/// LibTorch believes what a tensor says of itself, and would read memory that is not the tensor's.
void check_tensors(PyTorchStreamReader& archive, const std::string& name, const std::string& path) {
  if (!archive.hasRecord(name + ".pkl")) return;
  const auto [pickle, length] = record_of(archive, name + ".pkl", path);
  std::map<std::string, std::uint64_t> sizes;
  try {
    for (const StoredTensor& tensor : stored_tensors({static_cast<const char*>(pickle.get()), length})) {
      const std::string record = name + "/" + tensor.key;
      if (!archive.hasRecord(record)) throw Error("a tensor is to be found in '" + record + "', which is not there");
      if (!sizes.contains(record)) sizes[record] = std::get<1>(record_of(archive, record, path));
      if (!lies_within(tensor, sizes[record]))
        throw Error("a tensor in '" + record + "' is said to be larger than the " + std::to_string(sizes[record]) +
                    " bytes there");
    }
  } catch (const Error& reason) {
    throw Error("the model '" + path + "' cannot be used: " + reason.what() + "; copy or make it again");
  }
}

}  // namespace

void check_archive(const std::string& path) {
  check_first_bytes(path);
  const auto archive = open_archive(path);
  if (!archive->hasRecord("constants.pkl"))
    throw Error("'" + path + "' is a zip archive but not a TorchScript model; in Python, save the network with " +
                "torch.jit.script(network).save(file), not with torch.save");
  for (const std::string& record : archive->getAllRecords()) {
    if (!record.ends_with(".py")) continue;
    const auto [bytes, size] = record_of(*archive, record, path);
    check_code(std::string_view(static_cast<const char*>(bytes.get()), size), path);
  }
  for (const char* name : {"data", "constants"}) check_tensors(*archive, name, path);
}

}  // namespace flowrun::tensor
