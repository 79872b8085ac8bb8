#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "flowrun/host/diagnostic.h"

namespace flowrun {

constexpr int kMostShards = 100000;

/// One of several parts of the cases, each run by a flowrun of its own.
struct Shard {
  int index = 1;  ///< from 1
  int count = 1;
  bool is_whole() const { return count == 1; }
};

/// The value of a variable of the environment; nothing when it is not set.
using Environment = std::function<std::optional<std::string>(const char* name)>;
Environment process_environment();

/// "2/8", or "slurm": the place of the running task in its job array. Empty text: all cases.
Shard parse_shard(const std::string& text, const Environment& environment, Diagnostics& faults);

/// Every count-th name from the index-th on. Names that are appended change no shard of those before them.
std::set<std::string> names_in(const Shard& shard, const std::vector<std::string>& names);

/// "shard-2-of-8", for file names; "" of the whole.
std::string file_word(const Shard& shard);

/// "<stem>.<word>.shard-2-of-8<end>": the name of a file of a graph's shard, without what there is not.
std::string with_words(const std::string& stem, const std::string& end, const Shard& shard, const std::string& word);

/// "flowrun-run.shard-2-of-8.json", the record that a shard leaves when it has ended; "flowrun-run.json" of a whole run.
std::string run_record_name(const Shard& shard, const std::string& word = "");
/// "<out>/flowrun/run.shard-2-of-8.json", what the shard did outside its cases; ".../run.json" of a whole run.
std::filesystem::path books_of_run(const std::filesystem::path& out, const Shard& shard, const std::string& word = "");

}  // namespace flowrun
