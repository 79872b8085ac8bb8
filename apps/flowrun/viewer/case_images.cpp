#include "viewer/case_images.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "flowrun/host/case_record.h"
#include "flowrun/host/file_content.h"
#include "flowrun/sdk/error.h"
#include "report/record_words.h"

namespace flowrun {
namespace {

namespace fs = std::filesystem;

bool is_image_name(const fs::path& file) {
  static constexpr std::array<std::string_view, 9> kEndings{".nii", ".nii.gz", ".nrrd", ".nhdr", ".mha",
                                                            ".mhd", ".hdr",    ".img",  ".dcm"};
  const std::string name = file.filename().string();
  return std::any_of(kEndings.begin(), kEndings.end(), [&](std::string_view ending) { return name.ends_with(ending); });
}

/// Records write paths of outputs relative to the output folder, those of inputs as the run had them.
fs::path place_of(const fs::path& out, const std::string& path, bool written) { return written ? out / path : fs::path(path); }

std::string change_text(const fs::path& file, const FileStamp& stamp) {
  std::error_code failed;
  if (stamp.size < 0 || !fs::is_regular_file(file, failed)) return "";
  return static_cast<std::int64_t>(fs::file_size(file, failed)) == stamp.size || failed ? ""
                                                                                        : "the file has changed since the run";
}

std::string name_of(const std::string& path) { return fs::path(path).filename().string(); }

struct Gatherer {
  const fs::path& out;
  CaseImages& images;
  std::set<fs::path> known;

  void add(const FileStamp& stamp, const std::string& name, const std::string& writer) {
    const fs::path file = place_of(out, stamp.path, !writer.empty());
    std::error_code failed;
    const bool folder = fs::is_directory(file, failed);  // of DICOM files
    if (!(folder && writer.empty()) && !is_image_name(file)) return;
    if (!known.insert(fs::weakly_canonical(file, failed)).second) return;
    images.layers.push_back({name, file.string(), writer, change_text(file, stamp)});
  }

  void add_record(const CaseRecord& record) {
    images.graphs.push_back(record.graph);
    images.done = images.done && record.status == CaseStatus::done;
    for (const InputFile& input : record.inputs) add(input.file, input.name, "");
    for (const OutputFile& output : record.outputs) {
      const auto node =
          std::find_if(record.nodes.begin(), record.nodes.end(), [&](const NodeRecord& one) { return one.id == output.node; });
      add(output.file, name_of(output.file.path), node == record.nodes.end() ? "?" : node->type);
      if (output.file.path.ends_with(".csv") && has_places(out / output.file.path)) images.table = out / output.file.path;
    }
  }

  /// Whether the table's columns are places in mm, as those of report.lesions are.
  static bool has_places(const fs::path& file) {
    try {
      const std::string head = read_plain_file(file, 4096);
      const std::string columns = head.substr(0, head.find('\n'));
      return columns.find("x_mm_") != std::string::npos && columns.find("z_mm_") != std::string::npos;
    } catch (const Error&) {
      return false;
    }
  }
};

}  // namespace

std::vector<std::string> cases_with_records(const fs::path& out) {
  std::error_code failed;
  if (!fs::is_directory(out, failed)) throw Error("'" + out.string() + "' is no folder; give the output folder of a run");
  std::set<std::string> names;
  for (const std::string& word : record_words(out))
    for (auto entry = fs::directory_iterator(case_records_folder(out, word), failed);
         !failed && entry != fs::directory_iterator(); entry.increment(failed))
      if (entry->path().extension() == ".json" && entry->is_regular_file(failed)) names.insert(entry->path().stem().string());
  if (names.empty()) throw Error("'" + out.string() + "' contains no records of cases; give the output folder of a run");
  return {names.begin(), names.end()};
}

CaseImages images_of_case(const fs::path& out, const std::string& name) {
  CaseImages images;
  Gatherer gatherer{out, images, {}};
  std::vector<CaseRecord> records;
  for (const std::string& word : record_words(out)) {
    std::error_code unknown;
    const fs::path file = case_record_file(out, name, word);
    if (fs::exists(file, unknown)) records.push_back(read_case_record(file));
  }
  if (records.empty()) throw Error(fmt::format("'{}' has no record of case '{}'", out.string(), name));
  for (const CaseRecord& record : records) gatherer.add_record(record);
  std::stable_partition(images.layers.begin(), images.layers.end(), [](const LayerSource& one) { return one.writer.empty(); });
  return images;
}

}  // namespace flowrun
