#include "cohort/collect_notes.h"

#include <fmt/format.h>

#include <algorithm>

#include "cohort/shard_set.h"
#include "flowrun/host/graph_check.h"
#include "flowrun/host/own_file.h"
#include "flowrun/host/split_graph.h"
#include "flowrun/sdk/error.h"

namespace flowrun {
namespace {

namespace fs = std::filesystem;

// Among the values of a note; the others are settings.
constexpr const char* kDevice = "--device";
constexpr const char* kFolder = "working folder";  ///< where the names of files start; empty: all are absolute

void require_codecs(const ValidatedGraph& graph, Registry& registry) {
  for (const CollectedSlot& of : collected_slots(graph)) {
    const ValidatedNode& node = graph.nodes[of.node];
    const SourceRef& source = node.slots[of.slot].source;
    const std::string& payload = graph.nodes[source.node].type.outputs[source.port].payload;
    if (!registry.codec(payload))
      throw Error(fmt::format("--shard cannot run this graph: node '{}' takes a {} of each case, which cannot be kept in a "
                              "file: the plugin that makes it has no codec for it",
                              node.id, payload));
  }
}

/// Whether a setting names a file that is found from the working folder.
bool starts_here(const ValidatedGraph& graph, const std::string& name, const std::string& value) {
  const auto is_path = [&](const ParamSpec& spec) { return spec.name == name && spec.type == ParamType::path; };
  if (value.empty() || fs::path(value).is_absolute() || value.starts_with("${")) return false;
  return name.find('.') != std::string::npos ||  // of a node: it may be a path
         std::any_of(graph.parameters.begin(), graph.parameters.end(), [&](const ValueSpec& one) { return is_path(one.spec); });
}

CaseRecord note_of(const PreparedRun& run) {
  CaseRecord note;
  note.graph = run.whole->name;
  note.graph_file = run.request.graph;
  note.nodes = node_records(*run.whole, run.options.device);
  note.graph_hash = graph_hash(note.nodes);
  note.flowrun = FLOWRUN_VERSION;
  Diagnostics unused;
  note.values = assignments(run.request.settings, "--set", unused);
  const bool is_bound = fs::path(run.request.graph).is_relative() ||
                        std::any_of(note.values.begin(), note.values.end(), [&](const auto& setting) {
                          return starts_here(*run.whole, setting.first, setting.second);
                        });
  note.values.emplace_back(kDevice, run.options.device);
  note.values.emplace_back(kFolder, is_bound ? fs::current_path().string() : "");
  return note;
}

std::string name_of(const Shard& shard) { return fmt::format("{}/{}", shard.index, shard.count); }

std::string value_in(const CaseRecord& note, const std::string& name) {
  for (const auto& [key, value] : note.values)
    if (key == name) return value;
  return "";
}

}  // namespace

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : "; ") + word;
  return text;
}

std::string items_folder(const std::string& word) { return word.empty() ? "flowrun/items" : "flowrun/items." + word; }

fs::path collect_note(const fs::path& out, const Shard& shard, const std::string& word) {
  return out / "flowrun" / with_words("collect", ".json", shard, word);
}

void split_for_shard(PreparedRun& run, Registry& registry) {
  if (run.shard.is_whole() || !run.graph || collected_slots(*run.graph).empty()) return;
  run.whole = run.graph;
  keep_items(run, registry);
}

void keep_items(PreparedRun& run, Registry& registry) {
  if (run.whole) run.graph = graph_of_cases(*run.whole, items_folder(run.word), registry);
}

void write_collect_note(const PreparedRun& run, Registry& registry) {
  std::error_code unused;
  if (run.whole) require_codecs(*run.whole, registry);
  if (run.whole) return write_case_record(collect_note(run.out(), run.shard, run.word), note_of(run));
  const int count = run.shard.is_whole() ? shards_of(run.out(), run.word) : 0;
  for (int index = 1; index <= count; ++index) fs::remove(collect_note(run.out(), {index, count}, run.word), unused);
}

CollectNotes::CollectNotes(const fs::path& out, const std::string& word) {
  const int count = shards_of(out, word);
  for (int index = 1; index <= count; ++index) {
    const fs::path file = collect_note(out, {index, count}, word);
    refuse_links({file});
    std::error_code unused;
    if (fs::exists(file, unused)) notes_.emplace_back(Shard{index, count}, read_case_record(file));
    else missing_.push_back(name_of({index, count}));
  }
}

std::string CollectNotes::device() const { return value_in(first(), kDevice); }

std::vector<std::string> CollectNotes::settings() const {
  std::vector<std::string> words;
  for (const auto& [name, value] : first().values)
    if (name != kDevice && name != kFolder) words.push_back(name + "=" + value);
  return words;
}

std::string CollectNotes::fault() const {
  if (!missing_.empty()) return "these shards have not run: " + joined(missing_);
  for (const auto& [shard, note] : notes_) {
    const bool same = note.graph_hash == first().graph_hash && note.values == first().values && note.flowrun == first().flowrun;
    if (!same)
      return fmt::format("shards {} and {} ran with different graphs, plugins, parameters, versions of flowrun or in different "
                         "folders; run them again with one graph, the same words and --resume",
                         name_of(notes_.front().first), name_of(shard));
  }
  const std::string folder = value_in(first(), kFolder);
  std::error_code unknown;
  if (folder.empty() || fs::equivalent(folder, fs::current_path(), unknown)) return "";
  return fmt::format("the shards found the graph and its files from the folder '{}'; merge from there", folder);
}

}  // namespace flowrun
