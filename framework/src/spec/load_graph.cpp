#include <algorithm>
#include <map>
#include <set>

#include "flowrun/host/graph_files.h"
#include "spec/graph_file.h"
#include "spec/read_parts.h"

namespace flowrun {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kDeepestNest = 32;
const std::string kSubgraphPrefix = "graph:";

/// Reads a graph and those that it names, each file once.
class Loader {
 public:
  explicit Loader(Diagnostics& faults) : faults_(faults) {}

  /// Every file that was read, or looked for.
  const std::set<std::string>& files() const { return files_; }

  std::shared_ptr<const GraphSpec> load(const fs::path& file) {
    files_.insert(file.string());
    const auto text = spec::read_graph_file(file, faults_);
    return text ? parse(*text, file) : nullptr;
  }

  std::shared_ptr<const GraphSpec> parse(const std::string& text, const fs::path& file) {
    const auto root = json::parse(text, file.string(), faults_, spec::kLargestGraphFile);
    if (!root) return nullptr;
    spec::Source source{file.string(), faults_};
    auto graph = spec::read_graph(source, *root);
    if (!graph) return nullptr;
    open_.push_back(file);
    for (NodeSpec& node : graph->nodes)
      if (node.type.rfind(kSubgraphPrefix, 0) == 0) node.subgraph = subgraph(node, file);
    open_.pop_back();
    return graph;
  }

 private:
  std::shared_ptr<const GraphSpec> subgraph(const NodeSpec& node, const fs::path& from) {
    const std::string named = node.type.substr(kSubgraphPrefix.size());
    const fs::path file = from.parent_path() / named;
    files_.insert(file.string());
    const std::string what = "node '" + node.id + "': the graph file '" + named + "' ";
    if (const std::string fault = spec::file_fault(file, "a graph"); !fault.empty()) {
      faults_.error(node.type_place, what + fault + " (looked for " + file.string() + ")");
      return nullptr;
    }
    std::error_code failure;
    const std::string key = fs::weakly_canonical(file, failure).string();
    if (const std::string circle = circle_to(key); !circle.empty()) {
      faults_.error(node.type_place, what + "uses itself: " + circle + file.filename().string());
      return nullptr;
    }
    if (open_.size() >= kDeepestNest) {
      faults_.error(node.type_place, what + "lies deeper than " + std::to_string(kDeepestNest) + " graphs within graphs");
      return nullptr;
    }
    const auto known = loaded_.find(key);
    if (known != loaded_.end()) return known->second;
    return loaded_[key] = load(file);
  }

  /// "a.json -> b.json -> " when the file is being read already.
  std::string circle_to(const std::string& key) const {
    std::error_code failure;
    const auto start = std::find_if(open_.begin(), open_.end(),
                                    [&](const fs::path& file) { return fs::weakly_canonical(file, failure).string() == key; });
    std::string text;
    for (auto file = start; file != open_.end(); ++file) text += file->filename().string() + " -> ";
    return text;
  }

  Diagnostics& faults_;
  std::set<std::string> files_;
  std::vector<fs::path> open_;  // from the first file to the one being read
  std::map<std::string, std::shared_ptr<const GraphSpec>> loaded_;
};

}  // namespace

std::shared_ptr<const GraphSpec> load_graph(const fs::path& file, Diagnostics& faults) {
  if (file != "-") return Loader(faults).load(file);
  const auto text = spec::read_standard_input(faults);
  return text ? Loader(faults).parse(*text, "standard input") : nullptr;
}

std::set<std::string> graph_files(const fs::path& file) {
  Diagnostics faults;
  Loader loader(faults);
  loader.load(file);
  return loader.files();
}

std::shared_ptr<const GraphSpec> parse_graph(const std::string& text, const fs::path& file, Diagnostics& faults) {
  return Loader(faults).parse(text, file);
}

}  // namespace flowrun
