// Small artificial cases to train on, whose lesions can be told from their patches.
#pragma once

#include <sys/mount.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "flowrun/testing/node_runner.h"
#include "plugins/small_images.h"
#include "support/file_size_limit.h"
#include "train/samples.h"

namespace flowrun::testing {

class TestFolder {
 public:
  TestFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "flowrun_train_XXXXXX").string();
    if (!mkdtemp(name.data())) throw std::runtime_error("cannot make " + name);
    path_ = name;
  }
  ~TestFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TestFolder(const TestFolder&) = delete;
  TestFolder& operator=(const TestFolder&) = delete;
  std::string file(const std::string& name) const { return (path_ / name).string(); }
  std::vector<std::string> names() const {
    std::vector<std::string> found;
    for (const auto& entry : std::filesystem::directory_iterator(path_)) found.push_back(entry.path().filename().string());
    std::sort(found.begin(), found.end());
    return found;
  }
  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(path_ / name, std::ios::binary) << text;
    return file(name);
  }

 private:
  std::filesystem::path path_;
};

inline std::string bytes_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// A file system of so many bytes at a folder, made for the time that it lives. Only root may.
class SmallDisk {
 public:
  SmallDisk(std::string folder, int bytes) : folder_(std::move(folder)) {
    std::filesystem::create_directory(folder_);
    is_there_ = ::mount("tmpfs", folder_.c_str(), "tmpfs", 0, ("size=" + std::to_string(bytes)).c_str()) == 0;
  }
  ~SmallDisk() {
    if (is_there_) ::umount(folder_.c_str());
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;
  bool is_there() const { return is_there_; }

 private:
  std::string folder_;
  bool is_there_ = false;
};

inline bool contains(const std::string& text, const std::string& words) { return text.find(words) != std::string::npos; }

/// Two channels of noise; the first is brighter in the lesions. Every voxel is a candidate.
struct ToyCase {
  explicit ToyCase(unsigned seed, Geometry geometry = small_grid(12, 10, 8))
      : bright(random_volume(geometry, seed)),
        other(random_volume(geometry, seed + 1000)),
        lesions(random_mask(geometry, 0.08, seed)) {
    for (std::size_t i = 0; i < bright.voxels.size(); ++i) {
      if (lesions.voxels[i]) bright.voxels[i] += 3;
      everywhere.push_back(static_cast<std::int64_t>(i));
    }
  }
  Volume bright, other;
  Mask lesions;
  std::vector<std::int64_t> everywhere;
};

inline NodeRunner sampler(const ToyCase& one, const std::string& name, NodeRunner::Values params = {}) {
  if (std::none_of(params.begin(), params.end(), [](const auto& param) { return param.first == "size"; }))
    params.emplace_back("size", std::vector<std::int64_t>{5, 5, 5});
  NodeRunner runner("train.sample", params);
  runner.case_name(name).input("volumes", one.bright).input("volumes", one.other).input("lesions", one.lesions);
  runner.input("candidates", list_of(one.everywhere, one.lesions.geometry));
  return runner;
}

inline PayloadPtr sampled(const ToyCase& one, const std::string& name, const NodeRunner::Values& params = {}) {
  NodeRunner runner = sampler(one, name, params);
  runner.run();
  return runner.output_ptr("samples");
}

inline const char* const kToyNetwork = R"({"name": "toy", "layers": [
  {"type": "convolution", "channels": 6, "kernel": 3, "padding": 1}, {"type": "relu"}, {"type": "pool", "kind": "average", "window": 2},
  {"type": "flatten"}, {"type": "dropout", "rate": 0.5}, {"type": "dense", "units": 8}, {"type": "relu"}, {"type": "dense", "units": 2},
  {"type": "softmax"}]})";

}  // namespace flowrun::testing
