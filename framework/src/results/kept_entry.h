// A kept result as a file: a first line, the outputs' bytes, and at the end what they are, with a hash of its own.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "flowrun/host/node_results.h"
#include "flowrun/host/replay.h"
#include "results/packed_bytes.h"

namespace flowrun::results {

struct KeptOutput {
  std::string port;
  std::string payload;
  std::int64_t at = 0;  ///< in the file
  PackedBytes bytes;
};

struct KeptEntry {
  std::string key;
  std::string node, type, case_name;  ///< of the run that made it, for people
  double seconds = 0;                 ///< that the node and what it alone needed have worked
  std::vector<KeptOutput> outputs;
  std::vector<std::pair<std::string, NodeNote>> notes;  ///< by key: of the node, and of those that it was made from
};

/// What a file contains, without its outputs. Nothing: there is no such file. Throws Error for a damaged one.
std::optional<KeptEntry> read_entry(const std::filesystem::path& file);
/// One of its outputs. Throws Error where the file is damaged.
std::unique_ptr<Payload> read_output(const std::filesystem::path& file, const KeptOutput& output, const FindCodec& codecs);
/// Writes an entry: whole, or not at all. `entry.outputs` are filled in. Null payloads are left out. Throws Error. Returns the
/// bytes of the file.
std::int64_t write_entry(const std::filesystem::path& file, KeptEntry& entry, const std::vector<std::string>& ports,
                         std::span<const PayloadPtr> payloads, const FindCodec& codecs);

}  // namespace flowrun::results
