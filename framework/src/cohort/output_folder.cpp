#include "cohort/output_folder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>

#include "cohort/collect_notes.h"
#include "cohort/graph_books.h"
#include "cohort/say.h"
#include "flowrun/host/case_record.h"
#include "flowrun/host/own_file.h"
#include "flowrun/host/run_record.h"
#include "flowrun/sdk/error.h"

namespace flowrun {

void check_writable(const std::filesystem::path& folder, const std::string& option, Diagnostics& faults) {
  std::error_code unused;
  std::filesystem::path nearest = std::filesystem::absolute(folder);
  while (!std::filesystem::exists(nearest, unused) && nearest.has_relative_path()) nearest = nearest.parent_path();
  if (!std::filesystem::is_directory(nearest, unused))
    faults.error({}, fmt::format("{} '{}': '{}' is a file, not a folder", option, folder.string(), nearest.string()));
  else if (access(nearest.c_str(), W_OK | X_OK) != 0)
    faults.error(
        {}, errno == EROFS
                ? fmt::format("{} '{}': the folder '{}' is on a file system that is read-only; choose another", option,
                              folder.string(), nearest.string())
                : fmt::format("{} '{}': there is no right to write in folder '{}'", option, folder.string(), nearest.string()));
}

void prepare_folder(const std::filesystem::path& folder, const std::string& option) {
  std::error_code failed;
  std::filesystem::create_directories(folder, failed);
  const std::filesystem::path probe = folder / fmt::format(".flowrun-{}", getpid());
  std::error_code unused;
  std::filesystem::remove(probe, unused);  // of a process that had our number
  const int file = failed ? -1 : ::open(probe.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  const bool written = file >= 0 && ::write(file, "probe", 5) == 5;
  if (file >= 0) ::close(file);
  std::filesystem::remove(probe, unused);
  if (!written)
    throw Error(fmt::format("{} '{}' cannot be written{}", option, folder.string(), failed ? ": " + failed.message() : ""));
}

std::filesystem::path folder_of(const std::filesystem::path& file) {
  return file.has_parent_path() ? file.parent_path() : std::filesystem::path(".");
}

void refuse_own_links(const PreparedRun& run) {
  std::vector<std::filesystem::path> own = own_paths(run.out(), run.shard, run.word);
  for (const Case& one : run.list.cases) {
    own.push_back(case_record_file(run.out(), one.name, run.word));
    own.push_back(run.out() / replay_folder(one.name, run.word));
    own.push_back(run.out() / items_folder(run.word) / one.name);
    own.push_back(run.out() / earlier_folder(one.name, run.word));
  }
  refuse_links(own);
}

void begin_run_records(const PreparedRun& run, bool nothing_to_run) {
  std::error_code unused;
  if (!nothing_to_run) std::filesystem::remove(books_of_run(run.out(), run.shard, run.word), unused);
  if (run.shard.is_whole()) return;
  const std::filesystem::path record = run.out() / run_record_name(run.shard, run.word);
  if (!nothing_to_run) std::filesystem::remove(record, unused);
  else if (!std::filesystem::exists(record, unused)) write_run_record(record, *run.graph, {}, run.out(), {});
}

CohortPaths paths_of(const PreparedRun& run, const CohortEvents& events) {
  const std::string stem = run.word.empty() ? "cases" : "flowrun-cases";
  if (!run.shard.is_whole()) return {run.out() / with_words(stem, ".csv", run.shard, run.word), ""};
  return cohort_paths(run.out(), events, run.word);
}

}  // namespace flowrun
