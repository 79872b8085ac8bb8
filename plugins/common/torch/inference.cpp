#include "common/torch/inference.h"

#include <dlfcn.h>
#include <torch/csrc/jit/runtime/jit_exception.h>

#include <algorithm>
#include <iterator>
#include <mutex>

namespace flowrun::tensor {
namespace {

// OpenBLAS, which some builds of LibTorch use for dense layers, has a thread pool of its own that knows no budget, and lets one
// caller at a time use it. One thread in each caller is both within the budget and faster.
void cap_openblas() {
  static std::once_flag once;
  std::call_once(once, [] {
    using SetThreads = void (*)(int);
    if (void* symbol = dlsym(RTLD_DEFAULT, "openblas_set_num_threads")) reinterpret_cast<SetThreads>(symbol)(1);
  });
}

#if TORCH_VERSION_MAJOR >= 2
namespace warnings = c10::WarningUtils;
class Silence : public c10::WarningHandler {
  void process(const c10::Warning&) override {}
};
#else
namespace warnings = c10::Warning;
class Silence : public c10::WarningHandler {
  void process(const c10::SourceLocation&, const std::string&, const bool) override {}
};
#endif

c10::WarningHandler& silence() {
  static Silence handler;
  return handler;
}

std::string no_engine() {
  std::string engines;
  for (const at::QEngine engine : at::globalContext().supportedQEngines())
    if (engine != at::QEngine::NoQEngine) engines += (engines.empty() ? "" : ", ") + c10::toString(engine);
  return "this LibTorch has no engine for quantised networks that can run it (its engines: " + (engines.empty() ? "none" : engines) +
         "); make the model for one of them (torch.backends.quantized.engine), or without quantisation";
}

}  // namespace

void limit_threads(int threads) {
  cap_openblas();
  // The count is kept per thread; setting it also rebuilds a thread pool of LibTorch's, so only where it differs.
  const int wanted = std::max(threads, 1);
  if (at::get_num_threads() != wanted) at::set_num_threads(wanted);
}

NoWarnings::NoWarnings() : before_(warnings::get_warning_handler()) { warnings::set_warning_handler(&silence()); }
NoWarnings::~NoWarnings() { warnings::set_warning_handler(before_); }

InferenceScope::InferenceScope(int threads) : compile_once_(false) { limit_threads(threads); }

at::Tensor view_of_patches(const PatchBatch& batch, std::int64_t first, std::int64_t count) {
  // LibTorch has no tensors of constant memory. Model::forward copies what a network would write to.
  auto* values = const_cast<float*>(batch.values.data()) + first * batch.values_per_patch();
  const auto [width, height, depth] = batch.size;
  return torch::from_blob(values, {count, batch.channels, depth, height, width}, at::kFloat);
}

bool is_raised_by_network(const std::exception& failure) { return dynamic_cast<const torch::jit::JITException*>(&failure) != nullptr; }

bool is_out_of_memory(const std::exception& failure) {
  if (is_raised_by_network(failure)) return false;  // whatever its text says
  if (dynamic_cast<const c10::OutOfMemoryError*>(&failure)) return true;
  const std::string text = short_reason(failure);
  // cuDNN finds no engine when no workspace can be had; some kernels count values in 32 bits. Smaller batches help with both.
  const char* const signs[] = {"out of memory", "allocate memory", "ALLOC_FAILED", "unable to find an engine",
                               "canUse32BitIndexMath"};
  return std::any_of(std::begin(signs), std::end(signs), [&](const char* sign) { return text.find(sign) != std::string::npos; });
}

namespace {

std::string full_reason(const std::exception& failure) {
  if (const auto* of_torch = dynamic_cast<const c10::Error*>(&failure)) return of_torch->what_without_backtrace();
  const auto* raised = dynamic_cast<const torch::jit::JITException*>(&failure);
  return raised && raised->getOriginalMsg() ? *raised->getOriginalMsg() : failure.what();
}

}  // namespace

std::string short_reason(const std::exception& failure) {
  std::string text = full_reason(failure);
  if (text.find("find engine for operation quantized::") != std::string::npos) return no_engine();
  for (const char* marker : {"RuntimeError: ", "torch.jit.Error: "}) {
    if (const std::size_t at = text.rfind(marker); at != std::string::npos) text.erase(0, at + std::string_view(marker).size());
  }
  text.erase(0, text.find_first_not_of(" \n\t"));  // some of LibTorch's messages begin with an empty line
  text.erase(std::min(text.find('\n'), text.size()));
  while (!text.empty() && (text.back() == '.' || text.back() == ' ' || text.back() == ':')) text.pop_back();
  return text.empty() ? "it fails without a message" : text;
}

}  // namespace flowrun::tensor
