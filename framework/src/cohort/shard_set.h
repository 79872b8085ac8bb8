#pragma once

#include <filesystem>
#include <string>

#include "cohort/shard.h"

namespace flowrun {

/// Into how many parts the cases of an output folder are split, as <out>/flowrun/shards says (of another graph than the
/// folder's first in shards.<word>, see graph_books): parts of another number would
/// leave cases out and run others twice. 0: no shard has set it.
int shards_of(const std::filesystem::path& out, const std::string& word = "");

/// Why a shard cannot run in an output folder, and what to do; empty: it can. Writes nothing.
std::string shard_set_fault(const std::filesystem::path& out, const Shard& shard, const std::string& word = "");

/// Says for all shards to come into how many parts the folder's cases are split, where no shard has said so before. Throws Error
/// with the sentence of shard_set_fault. Of shards that start at the same time, one is first.
void join_shard_set(const std::filesystem::path& out, const Shard& shard, const std::string& word = "");

}  // namespace flowrun
