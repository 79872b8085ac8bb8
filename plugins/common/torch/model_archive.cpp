#include "common/torch/model_archive.h"

#include <caffe2/serialize/file_adapter.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <string_view>
#include <vector>

#include "common/torch/code_tree.h"
#include "common/torch/compile_check.h"
#include "common/torch/inference.h"
#include "common/torch/model_format.h"
#include "common/torch/operator_list.h"
#include "common/torch/stored_tensors.h"
#include "common/torch/trusted_models.h"
#include "common/torch/zip_directory.h"
#include "flowrun/sdk/error.h"

namespace flowrun::tensor {
namespace {

using caffe2::serialize::FileAdapter;
using caffe2::serialize::PyTorchStreamReader;

[[noreturn]] void cannot_be_used(const std::string& path, const std::string& reason) {
  throw Error("the model '" + path + "' cannot be used: " + reason);
}

std::string first_bytes(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string head(512, '\0');
  file.read(head.data(), static_cast<std::streamsize>(head.size()));
  if (file.bad() || !file.is_open()) throw Error("the model file '" + path + "' cannot be read");
  head.resize(static_cast<std::size_t>(file.gcount()));
  return head;
}

/// "3" of "... with version 3, but the maximum supported version for reading is 10."
std::string number_after(const std::string& text, std::string_view words) {
  const std::size_t at = text.find(words);
  if (at == std::string::npos) return "";
  const std::size_t begin = at + words.size();
  return text.substr(begin, text.find_first_not_of("0123456789", begin) - begin);
}

std::unique_ptr<PyTorchStreamReader> open_archive(const std::shared_ptr<FileAdapter>& file, const std::string& path) {
  try {
    return std::make_unique<PyTorchStreamReader>(file);
  } catch (const std::exception& failure) {
    const std::string text = failure.what(), form = number_after(text, "PyTorch file with version "), newest = number_after(text, "for reading is ");
    if (!form.empty() && !newest.empty())
      cannot_be_used(path, "it is a file of version " + form + ", but " + this_libtorch() + " reads versions up to " + newest +
                               "; use a newer LibTorch, or save the model again with a PyTorch of this version");
    throw Error("the model file '" + path + "' is damaged or cut short; copy or make it again");
  }
}

/// One file, opened once, and what its directory says of it.
class Archive {
 public:
  explicit Archive(const std::string& path) : path_(path) {
    const std::string start = first_bytes(path);
    if (const std::string other = other_format(start, path); !other.empty()) throw Error("'" + path + "' " + other);
    std::vector<ZipRecord> records;
    try {
      records = zip_directory(path);
    } catch (const Error& reason) {
      throw Error("the model file '" + path + "' is damaged or cut short (" + reason.what() + "); copy or make it again");
    }
    for (const ZipRecord& record : records) sizes_[folded(record.name.substr(record.name.find('/') + 1))] = record.bytes;
    file_ = std::make_shared<FileAdapter>(path);
    refuse_other_zip(records);
    reader_ = open_archive(file_, path);
  }

  PyTorchStreamReader& reader() { return *reader_; }
  const std::shared_ptr<FileAdapter>& file() const { return file_; }
  bool has(const std::string& record) const { return sizes_.contains(folded(record)); }
  std::uint64_t size_of(const std::string& record) const { return sizes_.at(folded(record)); }
  const std::map<std::string, std::uint64_t>& records() const { return sizes_; }

  std::string bytes_of(const std::string& record) {
    try {
      const auto [bytes, size] = reader_->getRecord(record);
      return {static_cast<const char*>(bytes.get()), size};
    } catch (const std::exception&) {
      throw Error("the model file '" + path_ + "' is damaged or cut short (its part '" + record + "'); copy or make it again");
    }
  }

 private:
  void refuse_other_zip(const std::vector<ZipRecord>& records) {
    std::string pickle;
    if (!has("constants.pkl") && has("data.pkl")) {
      reader_ = open_archive(file_, path_);
      pickle = bytes_of("data.pkl");
    }
    if (const std::string other = other_zip_format(records, pickle); !other.empty()) throw Error("'" + path_ + "' " + other);
  }

  std::string path_;
  std::map<std::string, std::uint64_t> sizes_;  ///< by name without the archive's folder, in lower case
  std::shared_ptr<FileAdapter> file_;
  std::unique_ptr<PyTorchStreamReader> reader_;
};

/// LibTorch believes what a tensor says of itself, and would read memory that is not the tensor's.
void check_tensors(const std::vector<StoredTensor>& tensors, const std::string& folder, const Archive& archive) {
  for (const StoredTensor& tensor : tensors) {
    const std::string record = folder + "/" + tensor.key;
    if (!archive.has(record)) throw Error("a tensor is to be found in '" + record + "', which is missing");
    if (!lies_within(tensor, archive.size_of(record)))
      throw Error("a tensor in '" + record + "' claims to be larger than the " + std::to_string(archive.size_of(record)) +
                  " bytes there");
  }
}

std::vector<std::string> check_pickles(Archive& archive, const std::string& path) {
  std::vector<std::string> classes;
  for (const char* name : {"constants", "data"}) {
    const std::string bytes = archive.bytes_of(name + std::string(".pkl"));
    try {
      const PickleContents contents = pickle_contents(bytes);
      check_tensors(contents.tensors, name, archive);
      classes.insert(classes.end(), contents.classes.begin(), contents.classes.end());
    } catch (const Error& reason) {
      cannot_be_used(path, std::string(reason.what()) + "; copy or make it again");
    }
  }
  return classes;
}

/// The places of code in its original text, which LibTorch unpickles when something fails.
void check_places(const std::string& bytes) {
  const PickleContents contents = pickle_contents(bytes);
  if (!contents.tensors.empty() || !contents.classes.empty()) throw Error("its description of the code's places is damaged");
}

ModelCode code_of(Archive& archive, std::vector<std::string> classes) {
  ModelCode code;
  for (const auto& [record, size] : archive.records()) {
    if (!record.starts_with("code/")) continue;
    if (record.ends_with(".py")) code.texts[record] = archive.bytes_of(record);
    else if (record.ends_with(".debug_pkl")) check_places(archive.bytes_of(record));
  }
  code.classes = std::move(classes);
  code.version = archive.reader().version();
  return code;
}

void check_code(Archive& archive, std::vector<std::string> classes, const std::string& path) {
  try {
    for (const std::string& name : classes)
      if (name.starts_with("__torch__.torch.classes.") && !is_allowed_class(name))
        throw Error("it contains an object of LibTorch's class '" + name + "', which a network does not need");
    check_compiled(code_of(archive, std::move(classes)), archive.reader());
  } catch (const Error& reason) {
    const std::string text = reason.what();
    const bool is_refusal = text.find("refused") != std::string::npos || text.find("not on the list") != std::string::npos;
    cannot_be_used(path, text + (is_refusal ? "; " + how_to_trust(path) : ""));
  }
}

}  // namespace

LoadedModel load_checked(const std::string& path, const std::string& extra) {
  Archive archive(path);
  std::vector<std::string> classes = check_pickles(archive, path);
  if (!is_trusted_model(path)) check_code(archive, std::move(classes), path);
  torch::jit::ExtraFilesMap files{{extra, ""}};
  try {
    LoadedModel model{torch::jit::load(archive.file(), c10::Device(c10::kCPU), files), ""};
    model.extra = files.at(extra);
    return model;
  } catch (const std::exception& failure) {
    throw Error("LibTorch cannot load the model '" + path + "': " + short_reason(failure));
  }
}

}  // namespace flowrun::tensor
