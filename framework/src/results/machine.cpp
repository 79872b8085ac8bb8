#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>

#include "results/result_keys.h"

namespace flowrun::results {
namespace {

namespace fs = std::filesystem;

/// Lines of a file whose name before the colon is one of these; each line once.
std::set<std::string> lines_of(const fs::path& file, const std::set<std::string>& names) {
  std::set<std::string> lines;
  std::ifstream stream(file);
  for (std::string line; std::getline(stream, line);) {
    std::string name = line.substr(0, line.find(':'));
    name.erase(name.find_last_not_of(" \t") + 1);
    if (names.contains(name)) lines.insert(line);
  }
  return lines;
}

/// The variables by which libraries choose their arithmetic.
constexpr const char* kChoices[] = {"ATEN_CPU_CAPABILITY",
                                    "DNNL_MAX_CPU_ISA",
                                    "ONEDNN_MAX_CPU_ISA",
                                    "DNNL_DEFAULT_FPMATH_MODE",
                                    "ONEDNN_DEFAULT_FPMATH_MODE",
                                    "OPENBLAS_CORETYPE",
                                    "MKL_ENABLE_INSTRUCTIONS",
                                    "MKL_CBWR",
                                    "NVIDIA_TF32_OVERRIDE",
                                    "TORCH_ALLOW_TF32_CUBLAS_OVERRIDE",
                                    "CUBLAS_WORKSPACE_CONFIG",
                                    "CUDA_VISIBLE_DEVICES",
                                    "FLOWRUN_PYTHON"};

}  // namespace

std::string machine_text() {
  std::string text;
  const auto add = [&](const std::set<std::string>& lines) {
    for (const std::string& line : lines) text += line + '\n';
  };
  add(lines_of("/proc/cpuinfo", {"vendor_id", "cpu family", "model", "model name", "flags", "Features"}));
  std::error_code none;
  std::vector<fs::path> cards;
  for (auto entry = fs::directory_iterator("/proc/driver/nvidia/gpus", none); !none && entry != fs::directory_iterator();
       entry.increment(none))
    cards.push_back(entry->path());
  std::sort(cards.begin(), cards.end());
  for (const fs::path& card : cards) add(lines_of(card / "information", {"Model", "Device Minor"}));
  for (const char* name : kChoices)
    if (const char* value = std::getenv(name)) text += std::string(name) + "=" + value + '\n';
  return text;
}

}  // namespace flowrun::results
