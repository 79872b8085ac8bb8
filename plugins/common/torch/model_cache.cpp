#include <filesystem>
#include <map>
#include <mutex>
#include <string>
#include <system_error>
#include <tuple>
#include <utility>

#include "common/torch/model.h"
#include "common/torch/model_archive.h"
#include "flowrun/sdk/error.h"

namespace flowrun::tensor {
namespace {

namespace fs = std::filesystem;
/// File, size, time of change, device, number format and layout.
using Key = std::tuple<std::string, std::uintmax_t, fs::file_time_type, std::string, int, bool>;

Key key_of(const std::string& path, c10::Device device, const Arithmetic& arithmetic) {
  std::error_code fault;
  const fs::file_status status = fs::status(path, fault);
  if (!fs::exists(status)) throw Error("there is no model file '" + path + "'");
  if (!fs::is_regular_file(status)) throw Error("'" + path + "' is not a file; a TorchScript model file is expected");
  return {fs::canonical(path).string(), fs::file_size(path), fs::last_write_time(path), device.str(), static_cast<int>(arithmetic.precision), arithmetic.channels_last};
}

std::shared_ptr<const Model> load_anew(const std::string& path, c10::Device device, const Arithmetic& arithmetic) {
  LoadedModel loaded = load_checked(path);
  return std::make_shared<const Model>(std::move(loaded.module), path, std::move(loaded.extra), device, arithmetic);
}

}  // namespace

std::shared_ptr<const Model> load_model(const std::string& path, c10::Device device, const Arithmetic& arithmetic) {
  static std::mutex mutex;
  static std::map<Key, std::weak_ptr<const Model>> loaded;
  const std::lock_guard lock(mutex);
  std::erase_if(loaded, [](const auto& entry) { return entry.second.expired(); });
  std::weak_ptr<const Model>& entry = loaded[key_of(path, device, arithmetic)];
  if (std::shared_ptr<const Model> model = entry.lock()) return model;
  std::shared_ptr<const Model> model = load_anew(path, device, arithmetic);
  entry = model;
  return model;
}

}  // namespace flowrun::tensor
