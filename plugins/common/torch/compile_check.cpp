#include "common/torch/compile_check.h"

#include <torch/csrc/jit/serialization/import_read.h>
#include <torch/csrc/jit/serialization/import_source.h>
#include <torch/custom_class.h>

#include <algorithm>
#include <memory>
#include <mutex>
#include <sstream>

#include "common/torch/code_check.h"
#include "common/torch/code_tree.h"
#include "common/torch/graph_check.h"
#include "common/torch/inference.h"
#include "common/torch/operator_list.h"
#include "common/torch/zip_directory.h"
#include "flowrun/sdk/error.h"

namespace flowrun::tensor {
namespace {

namespace jit = torch::jit;
using Sources = std::map<std::string, std::shared_ptr<jit::Source>>;

/// LibTorch sets up the rules for operators of earlier versions when the first module is loaded.
void prepare_libtorch() {
  static std::once_flag once;
  std::call_once(once, [] {
    std::stringstream bytes(std::ios::in | std::ios::out | std::ios::binary);
    jit::Module("Empty").save(bytes);
    jit::load(bytes);
  });
}

/// "__torch__.layers" of "code/__torch__/layers.py".
std::string module_of(const std::string& record) {
  std::string name = record.substr(5, record.size() - 5 - 3);
  std::replace(name.begin(), name.end(), '/', '.');
  return name;
}

/// The record in which LibTorch looks for a module.
std::string record_of(std::string module) {
  std::replace(module.begin(), module.end(), '.', '/');
  return folded("code/" + module + ".py");
}

Sources check_texts(const ModelCode& code) {
  Sources sources;
  CodeCheck check;
  for (const auto& [record, text] : code.texts) {
    const auto source = std::make_shared<jit::Source>(text, record);
    check.add(source, module_of(record), record);
    sources[record] = source;
  }
  check.finish();
  return sources;
}

/// Weights of quantised layers that LibTorch packs as they are read.
c10::intrusive_ptr<c10::ivalue::Object> packed_weights(const at::StrongTypePtr& type, const jit::IValue& state) {
  const auto cls = type.type_->expect<c10::ClassType>();
  auto object = c10::ivalue::Object::create(type, cls->numAttributes());
  cls->getMethod("__setstate__")({object, state});
  return object;
}

std::vector<jit::IValue> constants_of(caffe2::serialize::PyTorchStreamReader& reader) {
  const auto resolve = [](const c10::QualifiedName& name) {
    const std::string text = name.qualifiedName();
    if (!is_allowed_class(text)) throw Error("its constants contain an object of class '" + text + "', which is refused");
    return c10::StrongTypePtr(nullptr, torch::getCustomClass(text));
  };
  const jit::IValue table =
      jit::readArchiveAndTensors("constants", "", "", resolve, packed_weights, c10::Device(c10::kCPU), reader);
  if (!table.isTuple()) throw Error("its constants are damaged");
  return table.toTupleRef().elements().vec();
}

/// The operator of "Unknown builtin op: aten::x.", and what of a call does not fit.
std::string in_words(const std::exception& failure) {
  const std::string text = failure.what();
  constexpr std::string_view kUnknown = "Unknown builtin op: ";
  if (const std::size_t at = text.find(kUnknown); at != std::string::npos) {
    const std::size_t begin = at + kUnknown.size();
    return "it uses the operator '" + text.substr(begin, text.find_first_of(". \n", begin) - begin) + "', which is unknown to " + this_libtorch() +
           "; run it with the LibTorch that the model was made for, or make the model again with a PyTorch of this version";
  }
  return this_libtorch() + " cannot compile its code: " + short_reason(failure);
}

}  // namespace

void check_compiled(const ModelCode& code, caffe2::serialize::PyTorchStreamReader& reader) {
  const Sources sources = check_texts(code);
  const auto unit = std::make_shared<jit::CompilationUnit>();
  try {
    prepare_libtorch();
    const std::vector<jit::IValue> constants = constants_of(reader);
    const auto load = [&](const std::string& module) -> std::shared_ptr<jit::Source> {
      const auto found = sources.find(record_of(module));
      return found == sources.end() ? nullptr : found->second;
    };
    const jit::SourceImporter importer(unit, &constants, load, code.version);
    for (const std::string& name : code.classes) {
      if (!is_allowed_class(name) && !importer.loadType(name)) throw Error("its code lacks the class '" + name + "'");
    }
  } catch (const Error&) {
    throw;
  } catch (const std::exception& failure) {
    throw Error(in_words(failure));
  }
  GraphCheck().check(*unit);
}

}  // namespace flowrun::tensor
