#include "cohort/bids/sidecars.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <set>

#include "flowrun/host/case_recorder.h"
#include "flowrun/host/file_content.h"
#include "flowrun/sdk/atomic_file.h"
#include "json/json.h"

namespace flowrun {
namespace {

namespace fs = std::filesystem;
using json::Value;

/// The graph's inputs that a node, or one before it, takes.
std::set<std::string> inputs_before(const ValidatedGraph& graph, std::size_t last) {
  std::vector<bool> wanted(graph.nodes.size(), false);
  wanted[last] = true;
  std::set<std::string> names;
  for (std::size_t i = last + 1; i-- > 0;) {  // every edge goes to a later node
    if (!wanted[i]) continue;
    for (const InputSlot& slot : graph.nodes[i].slots) wanted[slot.source.node] = true;
    for (const ParamExpression& param : graph.nodes[i].params)
      for (const ParamExpression::Piece& piece : param.pieces) names.insert(piece.case_value);
  }
  return names;
}

/// Whether a way from the data set's folder leads to a file of it: not out of it, and not into .git, where git-annex has
/// contents.
bool is_inside(const fs::path& way) {
  if (way.empty() || way == ".") return false;
  return std::none_of(way.begin(), way.end(),
                      [](const fs::path& part) { return part == ".." || part.string().starts_with(".git"); });
}

/// The way to a file from the data set's folder, by the names that the data set gives it. Its images may be links: to git-annex's
/// store or out of the set. So links are followed one by one, and only as long as they are not yet in the set; empty: none is.
fs::path way_in_dataset(const std::string& file, const fs::path& source) {
  if (const fs::path way = fs::path(file).lexically_relative(source); is_inside(way)) return way;
  std::error_code failed;
  const fs::path root = fs::weakly_canonical(source, failed);
  for (const fs::path& link : link_chain(fs::absolute(file, failed))) {
    const fs::path folder = fs::weakly_canonical(link.parent_path(), failed);
    if (const fs::path way = (folder / link.filename()).lexically_relative(root); !failed && is_inside(way)) return way;
  }
  return {};
}

/// "bids:source:sub-01/anat/sub-01_FLAIR.nii.gz"; empty for what lies outside the data set.
std::string link_to(const std::string& file, const fs::path& source) {
  const fs::path way = way_in_dataset(file, source);
  return way.empty() ? "" : std::string("bids:") + kBidsSource + ":" + way.generic_string();
}

/// The link to the file of an input; empty where there is none.
std::string link_to_input(const Case& one, const std::string& input, const fs::path& source) {
  const auto value = one.inputs.find(input);
  const auto* path = value == one.inputs.end() ? nullptr : std::get_if<std::string>(&value->second);
  return path && !path->empty() ? link_to(*path, source) : "";
}

std::string content(const std::string& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

class Sidecars {
 public:
  Sidecars(const ValidatedGraph& graph, const Case& one, const fs::path& out, const fs::path& source)
      : graph_(graph), one_(one), source_(source), out_(out) {
    for (const NodeFile& file : files_of_case(graph, one, out))
      if (file.role == PathRole::output) written_.insert(file.path);
  }

  void write() {
    const std::vector<bool> left_out = left_out_nodes(graph_, one_);
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
      if (left_out[i]) continue;
      const ValidatedNode& node = graph_.nodes[i];
      const bool named = std::any_of(node.params.begin(), node.params.end(), [](const auto& param) { return param.bids; });
      if (!named) continue;
      const Params params = resolve_params(node, &one_, out_);
      for (const ParamExpression& param : node.params)
        if (param.bids) write(i, *param.bids, params.text(param.name));
    }
  }

 private:
  void write(std::size_t node, const BidsName& name, const std::string& image) {
    const std::string file = bids_sidecar_of(image);
    std::error_code unused;
    if (file.empty() || written_.contains(file) || !fs::exists(image, unused)) return;
    const std::string text = json::write(value_of(node, name));
    if (!fs::is_regular_file(file, unused) || content(file) != text) write_atomically(file, text);
  }

  Value value_of(std::size_t node, const BidsName& name) const {
    Value value = Value::object();
    value.set("Description", "'" + graph_.nodes[node].id + "' of graph '" + graph_.name + "'" +
                                 (graph_.summary.empty() ? "" : ": " + graph_.summary));
    if (Value links = sources(node); !links.items().empty()) value.set("Sources", std::move(links));
    for (const BidsField& field : name.metadata) add(value, field);
    return value;
  }

  Value sources(std::size_t node) const {
    const std::set<std::string> taken = inputs_before(graph_, node);
    Value links = Value::array();
    for (const ValueSpec& input : graph_.case_inputs) {
      if (input.spec.type != ParamType::path || !taken.contains(input.spec.name)) continue;
      if (const std::string link = link_to_input(one_, input.spec.name, source_); !link.empty()) links.push(Value(link));
    }
    return links;
  }

  /// The graph's own word goes before flowrun's. The file of an input that is not of the data set has no link.
  void add(Value& value, const BidsField& field) const {
    std::erase_if(value.own_members(), [&](const json::Member& member) { return member.name == field.name; });
    if (field.input.empty()) {
      Diagnostics unused;
      if (auto given = json::parse(field.value, "metadata", unused)) value.set(field.name, std::move(*given));
    } else if (const std::string link = link_to_input(one_, field.input, source_); !link.empty()) {
      value.set(field.name, link);
    }
  }

  const ValidatedGraph& graph_;
  const Case& one_;
  const fs::path source_;
  const fs::path out_;
  std::set<std::string> written_;
};

}  // namespace

std::string bids_sidecar_of(const std::string& image) {
  for (const char* ending : {".nii.gz", ".nii"})
    if (image.ends_with(ending)) return image.substr(0, image.size() - std::string(ending).size()) + ".json";
  return "";
}

void write_bids_sidecars(const ValidatedGraph& graph, const Case& one, const fs::path& out, const fs::path& source) {
  if (!one.bids_folder.empty()) Sidecars(graph, one, out, source).write();
}

}  // namespace flowrun
