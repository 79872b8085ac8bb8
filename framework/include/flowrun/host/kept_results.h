// Results of nodes in a folder, so that what has been computed need not be computed again. docs/kept-results.md.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "flowrun/host/node_results.h"
#include "flowrun/host/replay.h"

namespace flowrun {

/// Of a node of the application itself: the hash of all that it emits in a case. Empty: it is not known. Any thread.
using ContentOf = std::function<std::string(std::size_t node, const Case&)>;

struct KeptResultsRequest {
  std::filesystem::path folder;
  std::int64_t limit = 0;       ///< bytes; what was used longest ago goes first
  std::filesystem::path out;    ///< of the run (RunOptions::out)
  std::string device = "auto";  ///< of the nodes whose graph leaves it open
  std::string program;          ///< version of flowrun
  FindCodec codecs;
  std::function<void(const std::string& sentence)> say;  ///< a result is damaged, or nothing more can be kept; from any thread
  ContentOf content_of;                                  ///< without it nothing is kept that such nodes feed
};

/// The hash of a packet, for ContentOf. Empty: its type has no codec.
std::string packet_hash(const Payload& packet, const FindCodec& codecs);

/// For RunOptions::results. A result is kept by a key over all that decides its bits (results/result_keys.h), where its `run`
/// object says `"cache": "always"`, or, with "auto", where computing it took much longer than keeping it. Null: the graph has no
/// result that can be kept. Reads the libraries of the graph's plugins to hash them; make it before the nodes are opened, or a
/// model that changes meanwhile counts under its new content. Throws Error where the folder cannot be made.
std::shared_ptr<NodeResults> keep_results(std::shared_ptr<const ValidatedGraph> graph, KeptResultsRequest request);

/// $FLOWRUN_CACHE, or "flowrun" below the user's folder for such files ($XDG_CACHE_HOME, ~/.cache). Empty: nothing is to be kept
/// ($FLOWRUN_CACHE is "off"), or there is no such folder.
std::filesystem::path usual_results_folder();

/// A result in a folder.
struct KeptResult {
  std::filesystem::path file;
  std::string node, type, case_name;  ///< empty: it is damaged
  std::int64_t bytes = 0;
  double seconds = 0;  ///< that it took
  std::filesystem::file_time_type used;
};
/// Those used longest ago first.
std::vector<KeptResult> kept_results_in(const std::filesystem::path& folder);
/// Removes what was used longest ago until no more than so many bytes are left, and what killed runs left. Returns the bytes that
/// are left.
std::int64_t shrink_kept_results(const std::filesystem::path& folder, std::int64_t bytes);

}  // namespace flowrun
