#include "flowrun/host/comparison.h"

#include <algorithm>
#include <map>
#include <set>

namespace flowrun {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

const NodeRecord* find(const std::vector<NodeRecord>& nodes, const std::string& id) {
  for (const NodeRecord& node : nodes)
    if (node.id == id) return &node;
  return nullptr;
}

const std::string* find(const Pairs& pairs, const std::string& name) {
  for (const auto& [key, text] : pairs)
    if (key == name) return &text;
  return nullptr;
}

class Changes {
 public:
  void add(std::string text) {
    if (std::find(found_.begin(), found_.end(), text) == found_.end()) found_.push_back(std::move(text));
  }

  void add_params(const NodeRecord& before, const NodeRecord& now) {
    const std::string of = "' of node '" + now.id + "'";
    for (const auto& [name, text] : now.params) {
      const std::string* old_text = find(before.params, name);
      if (!old_text) add("parameter '" + name + of + " is new (" + text + ")");
      else if (*old_text != text) add("parameter '" + name + of + " changed from " + *old_text + " to " + text);
    }
    for (const auto& [name, text] : before.params)
      if (!find(now.params, name)) add("parameter '" + name + of + " (" + text + ") is gone");
  }

  void add_node(const NodeRecord& before, const NodeRecord& now) {
    if (before.type != now.type) return add("node '" + now.id + "' is now " + now.type + ", and was " + before.type);
    if (before.plugin == now.plugin && before.plugin_hash != now.plugin_hash) rebuilt_[now.plugin].push_back(now.id);
    if (before.plugin_hash.empty() && !now.plugin_hash.empty()) unknown_.insert(now.plugin);
    if (before.plugin != now.plugin || before.plugin_version != now.plugin_version)
      add("plugin " + before.plugin + " " + before.plugin_version + " -> " +
          (before.plugin == now.plugin ? "" : now.plugin + " ") + now.plugin_version);
    add_params(before, now);
    if (before.inputs != now.inputs) add("the inputs of node '" + now.id + "' changed");
  }

  /// A plugin with many nodes is reported once.
  void add_rebuilt() {
    for (const auto& [plugin, nodes] : rebuilt_) {
      std::string names;
      for (const std::string& id : nodes) names += (names.empty() ? "'" : ", '") + id + "'";
      const std::string of = (nodes.size() > 1 ? " (nodes " : " (node ") + names + ")";
      if (unknown_.contains(plugin))
        add("the record does not say which build of plugin '" + plugin + "' made the result" + of +
            ": an older flowrun wrote it");
      else add("plugin '" + plugin + "' was built again" + of);
    }
  }

  bool is_empty() const { return found_.empty(); }
  std::vector<std::string> take() { return std::move(found_); }

 private:
  std::map<std::string, std::vector<std::string>> rebuilt_;  ///< nodes by plugin
  std::set<std::string> unknown_;                            ///< of these plugins, those that the record does not know
  std::vector<std::string> found_;
};

}  // namespace

std::vector<std::string> graph_changes(const std::vector<NodeRecord>& before, const std::vector<NodeRecord>& now) {
  Changes changes;
  for (const NodeRecord& node : now) {
    if (const NodeRecord* old_node = find(before, node.id)) changes.add_node(*old_node, node);
    else changes.add("node '" + node.id + "' is new");
  }
  for (const NodeRecord& node : before)
    if (!find(now, node.id)) changes.add("node '" + node.id + "' is gone");
  changes.add_rebuilt();
  if (changes.is_empty()) changes.add("the order of the graph's nodes changed");
  return changes.take();
}

}  // namespace flowrun
