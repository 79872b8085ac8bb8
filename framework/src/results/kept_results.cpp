#include "flowrun/host/kept_results.h"

#include <algorithm>
#include <atomic>
#include <cctype>
#include <cstdlib>
#include <map>
#include <mutex>
#include <optional>
#include <set>

#include "flowrun/sdk/error.h"
#include "results/kept_folder.h"
#include "results/reuse_plan.h"

namespace flowrun {
namespace results {
namespace {

namespace fs = std::filesystem;

/// With "auto" a result is kept where making it took so much longer than writing it does that writing is at most one part in
/// fifty: half a gigabyte a second is what packing, hashing and a page cache take together.
constexpr double kLeastSeconds = 0.1, kBytesPerSecond = 1e7;

struct CaseState {
  std::string name;
  CaseKeys keys;
  std::set<std::size_t> damaged;  ///< nodes whose entries are
  std::mutex mutex;
  std::vector<bool> kept;  ///< nodes whose results are in the folder
};

class Keeper final : public NodeResults, KnownFiles {
 public:
  Keeper(std::shared_ptr<const ValidatedGraph> graph, Keepable keepable, KeptResultsRequest request)
      : graph_(std::move(graph)),
        request_(std::move(request)),
        keepable_(std::move(keepable)),
        folder_(request_.folder, request_.limit) {
    for (const ValidatedNode& node : graph_->nodes)
      if (!node.library.empty() && !libraries_.contains(node.library))
        libraries_[node.library] = records::look_at_plugin(node.library);
    keys_.emplace(graph_, request_);
    keys_->hash_models(*this);
  }

  KeptCase find(const Case& one) override {
    auto state = std::make_shared<CaseState>();
    KeptCase found;
    try {
      found = look_up(one, *state);
    } catch (const std::exception&) {
      state->keys.nodes.clear();  // a parameter that does not fit, say: the case fails, and says why
      found = {};
    }
    found.state = state;
    return found;
  }

  void keep(const MadeResult& made) override {
    try {
      if (!stopped_) keep_result(made, *static_cast<CaseState*>(made.state.get()));
    } catch (const std::exception& fault) {
      if (!stopped_.exchange(true) && request_.say)
        request_.say("no more results are kept in this run: " + std::string(fault.what()));
    }
  }

 private:
  KeptCase look_up(const Case& one, CaseState& state);
  ReusePlan::Entries entries_of(CaseState& state);
  void discard(CaseState& state, std::size_t node, const std::exception& fault);
  void keep_result(const MadeResult& made, CaseState& state);
  bool pays(const MadeResult& made, double seconds) const;
  bool is_unchanged(const CaseState& state, const std::vector<std::size_t>& nodes);
  std::vector<std::size_t> made_from(std::size_t node) const;
  double seconds_alone(std::size_t node, const MadeResult& made, const CaseState& state) const;
  KeyFile hashed(const std::string& path) override;
  FileStamp stamp_of(const FileStamp& seen);

  std::shared_ptr<const ValidatedGraph> graph_;
  KeptResultsRequest request_;
  Keepable keepable_;
  KeptFolder folder_;
  std::map<fs::path, std::vector<FileStamp>> libraries_;  ///< their files as they were before the nodes were opened
  records::FileStamps stamps_;
  std::optional<KeyMaker> keys_;
  std::atomic<bool> stopped_{false};
};

KeyFile Keeper::hashed(const std::string& path) {
  const FileStamp seen = records::look_at(path);
  return {stamp_of(seen), seen};
}

FileStamp Keeper::stamp_of(const FileStamp& seen) {
  if (stamps_.knows(seen)) return stamps_.hashed(seen);
  const FileStamp known = folder_.known_stamp(seen);
  if (!known.sha256.empty()) {
    stamps_.know(known);
    return known;
  }
  const FileStamp made = stamps_.hashed(seen);
  try {
    folder_.keep_stamp(made);
  } catch (const Error&) {  // it is hashed again the next time
  }
  return made;
}

void Keeper::discard(CaseState& state, std::size_t node, const std::exception& fault) {
  std::error_code gone;
  fs::remove(folder_.entry_file(state.keys.nodes[node].text), gone);
  if (!state.damaged.insert(node).second || !request_.say) return;
  request_.say("case '" + state.name + "', node '" + graph_->nodes[node].id + "': its kept result is damaged (" + fault.what() +
               "), and is computed again");
}

/// The descriptions of the case's results that are there.
ReusePlan::Entries Keeper::entries_of(CaseState& state) {
  ReusePlan::Entries entries;
  for (std::size_t i = 0; i < graph_->nodes.size(); ++i) {
    const std::string& key = state.keys.nodes[i].text;
    if (!keepable_.nodes[i] || key.empty()) continue;
    try {
      std::optional<KeptEntry> entry = read_entry(folder_.entry_file(key));
      if (entry && entry->key == key) entries.emplace(i, std::move(*entry));
    } catch (const std::exception& fault) {
      discard(state, i, fault);
    }
  }
  return entries;
}

KeptCase Keeper::look_up(const Case& one, CaseState& state) {
  state.name = one.name;
  state.keys = keys_->of_case(one, *this);
  state.kept.resize(graph_->nodes.size());
  const ReusePlan::Entries entries = entries_of(state);
  const auto read = [&](std::size_t node, const KeptOutput& output) -> std::unique_ptr<Payload> {
    try {
      return read_output(folder_.entry_file(state.keys.nodes[node].text), output, request_.codecs);
    } catch (const std::exception& fault) {
      discard(state, node, fault);
      return nullptr;
    }
  };
  KeptCase found = ReusePlan(*graph_, keepable_, state.keys, entries).make(one, left_out_nodes(*graph_, one), read);
  for (const auto& [node, entry] : entries) {
    state.kept[node] = !state.damaged.contains(node);
    KeptFolder::touch(folder_.entry_file(entry.key));
  }
  return found;
}

/// The nodes that a node's result is made from, itself among them, in the graph's order.
std::vector<std::size_t> Keeper::made_from(std::size_t node) const {
  std::vector<bool> reached(graph_->nodes.size());
  reached[node] = true;
  for (std::size_t i = node + 1; i-- > 0;)
    if (reached[i])
      for (const InputSlot& slot : graph_->nodes[i].slots) reached[slot.source.node] = true;
  std::vector<std::size_t> nodes;
  for (std::size_t i = 0; i <= node; ++i)
    if (reached[i]) nodes.push_back(i);
  return nodes;
}

/// What computing a result again would take: the node, and what it needs down to results that are kept.
double Keeper::seconds_alone(std::size_t node, const MadeResult& made, const CaseState& state) const {
  std::vector<bool> reached(graph_->nodes.size());
  reached[node] = true;
  double seconds = 0;
  for (std::size_t i = node + 1; i-- > 0;) {
    if (!reached[i] || (i != node && state.kept[i]) || graph_->nodes[i].scope == Scope::run) continue;
    seconds += made.seconds_of(i);
    for (const InputSlot& slot : graph_->nodes[i].slots) reached[slot.source.node] = true;
  }
  return seconds;
}

bool Keeper::pays(const MadeResult& made, double seconds) const {
  if (graph_->nodes[made.node].keeping == Keeping::always) return true;
  std::size_t bytes = 0;
  for (const PayloadPtr& payload : made.outputs) bytes += payload ? payload->bytes() : 0;
  return seconds > std::max(kLeastSeconds, static_cast<double>(bytes) / kBytesPerSecond);
}

/// Whether all files that a result was made from, and the libraries of its nodes, are what its key says and were so all the time.
/// Equal content at the end does not show it: the node may have read another one in between.
bool Keeper::is_unchanged(const CaseState& state, const std::vector<std::size_t>& nodes) {
  std::set<fs::path> seen;
  for (const std::size_t node : nodes) {
    const fs::path& library = graph_->nodes[node].library;
    if (!library.empty() && seen.insert(library).second &&
        !records::looks_same(libraries_.at(library), records::look_at_plugin(library)))
      return false;
    for (const std::size_t file : state.keys.nodes[node].files) {
      const FileStamp& before = state.keys.files[file].seen;
      if (!records::looks_same(before, records::look_at(before.path))) return false;
    }
  }
  return true;
}

void Keeper::keep_result(const MadeResult& made, CaseState& state) {
  if (state.keys.nodes.empty() || !keepable_.nodes[made.node] || state.keys.nodes[made.node].text.empty()) return;
  double seconds = 0;
  {
    const std::lock_guard lock(state.mutex);
    if (state.kept[made.node]) return;
    seconds = seconds_alone(made.node, made, state);
  }
  if (!pays(made, seconds)) return;
  const std::vector<std::size_t> nodes = made_from(made.node);
  if (!is_unchanged(state, nodes)) return;
  const ValidatedNode& node = graph_->nodes[made.node];
  KeptEntry entry{state.keys.nodes[made.node].text, node.id, node.type_name, state.name, seconds, {}, {}};
  std::vector<std::string> ports;
  for (const OutputPort& port : node.type.outputs) ports.push_back(port.name);
  for (const std::size_t from : nodes)
    if (graph_->nodes[from].scope != Scope::run && !state.keys.nodes[from].text.empty())
      entry.notes.emplace_back(state.keys.nodes[from].text, made.note_of(from));
  folder_.added(write_entry(folder_.entry_to_write(entry.key), entry, ports, made.outputs, request_.codecs));
  const std::lock_guard lock(state.mutex);
  state.kept[made.node] = true;
}

}  // namespace
}  // namespace results

std::string packet_hash(const Payload& packet, const FindCodec& codecs) {
  const Codec* const codec = codecs(packet.type());
  if (!codec) return "";
  records::Sha256 hash;
  hash.add(std::string(packet.type()) + "\n");
  ByteWriter writer([&](const void* bytes, std::size_t length) { hash.add(bytes, length); });
  codec->write(packet, writer);
  return hash.digits();
}

std::shared_ptr<NodeResults> keep_results(std::shared_ptr<const ValidatedGraph> graph, KeptResultsRequest request) {
  results::Keepable keepable(*graph, request.codecs);
  if (std::find(keepable.nodes.begin(), keepable.nodes.end(), true) == keepable.nodes.end()) return nullptr;
  return std::make_shared<results::Keeper>(std::move(graph), std::move(keepable), std::move(request));
}

/// In any case: OFF in capitals is no folder.
static bool says_off(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text == "off";
}

std::filesystem::path usual_results_folder() {
  const auto variable = [](const char* name) {
    const char* const value = std::getenv(name);
    return std::string(value ? value : "");
  };
  if (const std::string own = variable("FLOWRUN_CACHE"); !own.empty()) return says_off(own) ? "" : own;
  if (const std::string base = variable("XDG_CACHE_HOME"); !base.empty()) return std::filesystem::path(base) / "flowrun";
  if (const std::string home = variable("HOME"); !home.empty()) return std::filesystem::path(home) / ".cache" / "flowrun";
  return "";
}

std::vector<KeptResult> kept_results_in(const std::filesystem::path& folder) {
  std::vector<KeptResult> found;
  for (const results::KeptFile& file : results::files_in(folder)) {
    if (!file.is_result) continue;
    KeptResult result{.file = file.file, .node = "", .type = "", .case_name = "", .bytes = file.bytes, .used = file.used};
    try {
      if (const auto entry = results::read_entry(file.file)) {
        result.node = entry->node;
        result.type = entry->type;
        result.case_name = entry->case_name;
        result.seconds = entry->seconds;
      }
    } catch (const std::exception&) {  // listed without a name
    }
    found.push_back(std::move(result));
  }
  return found;
}

std::int64_t shrink_kept_results(const std::filesystem::path& folder, std::int64_t bytes) {
  results::remove_unfinished(folder);
  const std::vector<results::KeptFile> files = results::files_in(folder);
  std::int64_t left = 0;
  for (const results::KeptFile& file : files) left += file.bytes;
  for (const results::KeptFile& file : files) {
    if (left <= bytes) break;
    std::error_code gone;
    std::filesystem::remove(file.file, gone);
    left -= file.bytes;
  }
  return left;
}

}  // namespace flowrun
