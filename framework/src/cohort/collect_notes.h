// What shards and a merge know of each other where a graph has nodes that take all cases of a run.
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "cohort/prepared_run.h"

namespace flowrun {

/// "flowrun/items", within the output folder; of a graph that is not the folder's first one "flowrun/items.<word>".
std::string items_folder(const std::string& word);

/// What a shard says of its graph, for the merge: "<out>/flowrun/collect.shard-1-of-4.json".
std::filesystem::path collect_note(const std::filesystem::path& out, const Shard& shard, const std::string& word);

/// Of a shard whose graph has nodes that take all cases: `graph` becomes the part that runs for cases, and `whole` the graph.
void split_for_shard(PreparedRun& run, Registry& registry);

/// That part again, after the graph's word has changed.
void keep_items(PreparedRun& run, Registry& registry);

/// Writes the note of such a shard. A run of all cases removes those of shards: it fires the nodes itself. Throws Error,
/// also for an item that cannot be kept in a file.
void write_collect_note(const PreparedRun& run, Registry& registry);

/// The notes of one set of shards, which are to say the same.
class CollectNotes {
 public:
  CollectNotes() = default;
  /// Throws Error for a note that cannot be read.
  CollectNotes(const std::filesystem::path& out, const std::string& word);

  bool none() const { return notes_.empty(); }
  const CaseRecord& first() const { return notes_.front().second; }
  std::string device() const;
  std::vector<std::string> settings() const;  ///< "name=value"
  /// Why they are not those of one run; empty: they are.
  std::string fault() const;

 private:
  std::vector<std::pair<Shard, CaseRecord>> notes_;
  std::vector<std::string> missing_;  ///< "2/4": shards without one
};

/// With semicolons between them.
std::string joined(const std::vector<std::string>& sentences);

}  // namespace flowrun
