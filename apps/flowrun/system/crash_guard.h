#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "flowrun/host/validated_graph.h"

namespace flowrun {

/// While it lives, a signal that means a crash (SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT) is reported before it ends the process
/// as it would anyway: a line on the standard error names case, node, type and plugin, and a file in the output folder has the
/// same for the next run (crash_record.h). The handler takes no lock and no memory. One at a time.
class CrashGuard {
 public:
  /// Reports on the standard error only.
  CrashGuard();
  /// `cases`: of the run, in its order. They, the graph and the folder must stay. `word`: of the graph (graph_books.h).
  CrashGuard(const std::filesystem::path& out, const ValidatedGraph& graph, const std::vector<Case>& cases,
             const std::string& word);
  ~CrashGuard();
  CrashGuard(const CrashGuard&) = delete;
  CrashGuard& operator=(const CrashGuard&) = delete;

 private:
  std::string crashes_;
  std::string graph_hash_;
  std::vector<std::uint64_t> case_keys_;
};

}  // namespace flowrun
