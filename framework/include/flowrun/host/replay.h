// The packets of a failed firing in files, so that its node can be run again alone.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "flowrun/host/runtime.h"
#include "flowrun/sdk/codec.h"
#include "flowrun/sdk/error.h"
#include "flowrun/sdk/parameters.h"
#include "flowrun/sdk/payload.h"

namespace flowrun {

/// The codec of a payload type, or null; as Registry::codec.
using FindCodec = std::function<const Codec*(std::string_view payload_type)>;

/// A payload that its codec cannot write, such as an image with fewer values than voxels.
class UnwritablePayload : public Error {
 public:
  using Error::Error;
};

/// Writes a packet. Atomic. Throws Error, also for a payload that has no codec; UnwritablePayload.
void write_packet(const std::filesystem::path& file, const Payload& payload, const FindCodec& codecs = standard_codec);
/// Reads one, from anybody: the codec takes no more memory than the bytes justify. Throws Error.
std::unique_ptr<Payload> read_packet(const std::filesystem::path& file, const FindCodec& codecs = standard_codec);

/// One slot of the failed node.
struct ReplayInput {
  std::string port;
  std::string payload;  ///< type
  Scope scope = Scope::per_case;
  std::string file;     ///< in the bundle's folder; empty: nothing came here, or it is not kept
  std::string missing;  ///< why it is not kept; empty: it is there, or nothing came here
};

struct ReplayBundle {
  std::string case_name;
  std::int64_t chunk = -1;
  std::string step;
  std::string node;
  std::string type;
  std::string plugin;
  std::string plugin_version;
  std::string device;
  Scope scope = Scope::per_case;
  CaseError error;
  std::string command;                                     ///< that runs the whole graph for this case again
  std::vector<std::pair<std::string, ParamValue>> params;  ///< resolved; paths are absolute
  std::vector<ReplayInput> inputs;                         ///< by slot
};

/// Writes the bundle's description, "replay.json", after its packets. Atomic. Throws Error.
void write_replay_bundle(const std::filesystem::path& folder, const ReplayBundle& bundle);
ReplayBundle read_replay_bundle(const std::filesystem::path& folder);  ///< Throws Error, a sentence, for what is damaged

/// What a failed firing had, for a bundle; the payloads by slot, null where nothing came or the item is gone.
struct KeptFiring {
  ReplayBundle bundle;
  std::vector<PayloadPtr> payloads;
  std::int64_t bytes = 0;  ///< of the payloads that can be kept
};
KeptFiring keep_firing(const ValidatedGraph& graph, const Case& one, const std::filesystem::path& out, const FailedFiring& failed,
                       const FindCodec& codecs = standard_codec);
/// Writes its packets and its description into a folder that is empty or missing. Throws Error.
void write_kept_firing(const std::filesystem::path& folder, KeptFiring kept, const FindCodec& codecs = standard_codec);

/// A graph of the failed node and sources of its packets, ready to run for one case. `written`: where files that the node writes
/// go. One at a time in a process. Throws Error where the bundle and the node's type do not fit, or a packet is missing.
struct ReplayRun {
  std::shared_ptr<const ValidatedGraph> graph;
  Case one_case;
};
ReplayRun prepare_replay(const std::filesystem::path& folder, const ReplayBundle& bundle, Registry& registry,
                         const std::filesystem::path& written);

}  // namespace flowrun
