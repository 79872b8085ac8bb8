// What a crashed run has left in the output folder: "<out>/flowrun/crashes/<case>.txt", written by a signal handler
// (crash_guard.h), read by the next run there.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "flowrun/host/case_recorder.h"

namespace flowrun {

/// Name of the folder in "<out>/flowrun", for the graph of that word (graph_books.h).
std::string crash_folder(const std::string& word);
inline constexpr char kCrashOfRun[] = ".run.txt";  ///< of a crash that no case is to blame for
inline constexpr char kCrashMark[] = "flowrun crash 1\n";
inline constexpr char kCrashSuffix[] = ".txt";

/// The values of a case's inputs as a number: the same for equal values, in every process.
std::uint64_t case_key(const Case& one);

/// One crash as its file has it.
struct CrashRecord {
  std::string signal;  ///< "Segmentation fault"
  std::string node, type, plugin;
  std::string graph_hash;
  std::string values;        ///< of case_key, as hexadecimal digits
  std::int64_t time_ns = 0;  ///< since 1970
};
/// None when there is no such file, or it is damaged.
std::optional<CrashRecord> read_crash_record(const std::filesystem::path& file);

/// Cases of an earlier run that crashed the process.
class Crashes {
 public:
  Crashes(std::filesystem::path out, std::string word);

  /// Whether a case has such a file, whatever it says.
  bool has(const std::string& case_name) const;
  /// The failed case's record, when its crash still counts: the graph, the values and the files that it read are those that
  /// crashed. Else none.
  std::optional<CaseRecord> record_of(const Case& one, CaseRecorder& recorder) const;
  /// Before a run's first case: crashes of cases that run again are forgotten, those that stay failed get their record. Gives a
  /// sentence about a crash that no case is to blame for, or "". `earlier`: the cases that are not run.
  std::string settle(const std::vector<Case>& to_run, const std::vector<std::optional<CaseRecord>>& earlier) const;

 private:
  void forget(const std::string& case_name) const;
  std::string take_crash_of_run() const;
  std::filesystem::path file_of(const std::string& case_name) const;
  std::filesystem::path out_;
  std::string word_;
};

}  // namespace flowrun
