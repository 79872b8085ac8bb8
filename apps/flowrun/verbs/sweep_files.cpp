#include "verbs/sweep_files.h"

#include <fmt/format.h>

#include "flowrun/host/case_recorder.h"
#include "flowrun/sdk/error.h"

namespace flowrun {
namespace {

namespace fs = std::filesystem;

/// What is written. Values that do not fit are reported elsewhere.
std::vector<NodeFile> files_of(const Cohort& cohort, const fs::path& out) try {
  std::vector<NodeFile> files = files_of_run(*cohort.graph(), out);
  for (const Case& one : cohort.cases())
    for (NodeFile& file : files_of_case(*cohort.graph(), one, out)) files.push_back(std::move(file));
  std::erase_if(files, [](const NodeFile& file) { return file.role != PathRole::output; });
  return files;
} catch (const Error&) {
  return {};
}

}  // namespace

SweepFiles::SweepFiles(const fs::path& out, const std::vector<std::string>& own) {
  for (const std::string& name : own) writers_[place_of(out / name)] = "";
}

/// A link at its end is not followed, for a file that is written replaces it.
std::string SweepFiles::place_of(const fs::path& file) {
  std::error_code unknown;
  const fs::path whole = fs::absolute(file, unknown).lexically_normal();
  const auto [folder, is_new] = folders_.try_emplace(whole.parent_path().string());
  if (is_new) folder->second = fs::weakly_canonical(whole.parent_path(), unknown);
  return (folder->second / whole.filename()).string();
}

std::string SweepFiles::add(const Cohort& cohort, const fs::path& out, const std::string& values) {
  for (const NodeFile& file : files_of(cohort, out)) {
    const auto [writer, is_new] = writers_.try_emplace(place_of(file.path), values);
    if (is_new || writer->second == values) continue;
    const std::string use = writer->second.empty() ? "which is the sweep's own" : "as with " + writer->second;
    return fmt::format("with {}, node '{}' would write '{}', {}; begin its path with ${{out}}/, the folder of each variant",
                       values, file.node, file.path, use);
  }
  return "";
}

}  // namespace flowrun
