#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "cohort/graph_books.h"
#include "flowrun/host/case_record.h"
#include "flowrun/host/cohort.h"
#include "flowrun/host/own_file.h"
#include "flowrun/host/validated_graph.h"
#include "flowrun/sdk/error.h"

namespace flowrun {
namespace {

namespace fs = std::filesystem;

/// The folder of the packets that a case's record names.
fs::path folder_of_record(const fs::path& file) {
  const CaseRecord record = read_case_record(file);
  if (record.status == CaseStatus::done)
    throw Error(fmt::format("case '{}' is done; there is no failed node to run again", record.name));
  if (record.replay.empty())
    throw Error(
        fmt::format("no packets were kept of case '{}': it was run with --no-replay or beyond --replay-limit, did not fail in a "
                    "node, or its packets could not be written",
                    record.name));
  const fs::path out = fs::absolute(file).parent_path().parent_path().parent_path();
  const fs::path kept = record.replay;
  if (kept.is_absolute() || kept.begin()->string() != "flowrun" || std::find(kept.begin(), kept.end(), "..") != kept.end())
    throw Error(fmt::format("'{}' says that its packets lie in '{}', which is not in the folder 'flowrun' beside the results",
                            file.string(), record.replay));
  fs::path part = out;
  for (const fs::path& name : kept) refuse_links({part /= name});
  return out / kept;
}

/// The record of a case: of the graphs that ran in the folder, the one whose node failed.
std::optional<fs::path> record_of_case(const std::string& failed, const fs::path& results) {
  std::optional<fs::path> found;
  if (!case_name_fault(failed).empty()) return found;
  for (const std::string& word : graph_words(results)) {
    const fs::path file = case_record_file(results, failed, word);
    std::error_code unknown;
    if (!fs::exists(file, unknown) || (found && read_case_record(file).replay.empty())) continue;
    if (found && !read_case_record(*found).replay.empty())
      throw Error(fmt::format("case '{}' has failed in two graphs; name its record: '{}' or '{}'", failed, found->string(),
                              file.string()));
    found = file;
  }
  return found;
}

}  // namespace

fs::path failed_packets(const std::string& failed, const fs::path& results) {
  std::error_code unknown;
  const fs::path what = failed;
  if (fs::is_directory(what, unknown)) return what;
  if (what.filename() == "replay.json") return fs::absolute(what).parent_path();
  if (fs::is_regular_file(what, unknown)) return folder_of_record(what);
  if (const auto record = record_of_case(failed, results)) return folder_of_record(*record);
  throw Error(
      fmt::format("'{}' is neither a record nor a folder, and '{}' has no case of that name; --results says where the case ran",
                  failed, results.string()));
}

}  // namespace flowrun
