#include "results/result_keys.h"

#include <algorithm>
#include <map>

namespace flowrun::results {
namespace {

/// Raised when keys are made in another way, or results are kept in another form.
constexpr const char* kForm = "flowrun result key 1";

/// A name and a value that nothing beside them can be taken for.
std::string line(const std::string& name, const std::string& value) {
  return name + " " + std::to_string(value.size()) + ":" + value + "\n";
}

bool is_input_file(const ParamSpec& spec) { return spec.type == ParamType::path && spec.role == PathRole::input; }

/// A file that all cases read counts by its name and content, wherever its folder lies; one of a case by its whole path, which
/// images have as their source.
std::string value_text(const ParamSpec& spec, const ParamValue& value) {
  const bool is_model = is_input_file(spec) && !spec.per_case;
  return is_model ? std::filesystem::path(std::get<std::string>(value)).filename().string() : to_string(value);
}

/// Conditions that hold are not part of a key; those that a number decides are, for they decide what the node makes.
std::string number_conditions(const ValidatedNode& node) {
  std::string text;
  for (const Condition& condition : node.conditions)
    if (condition.kind == ConditionSpec::Kind::number) text += condition.text + "\n";
  return text;
}

bool collects_cases(const ValidatedNode& node) {
  return std::any_of(node.slots.begin(), node.slots.end(), [&](const InputSlot& slot) {
    return node.type.inputs[slot.port].collects && slot.scope == Scope::per_case;
  });
}

}  // namespace

KeyMaker::KeyMaker(std::shared_ptr<const ValidatedGraph> graph, const KeptResultsRequest& request)
    : graph_(std::move(graph)), out_(request.out), device_(request.device), content_of_(request.content_of) {
  common_ = line(kForm, request.program) + line("machine", machine_text());
  std::map<std::filesystem::path, std::string> hashes;
  for (std::size_t i = 0; i < graph_->nodes.size(); ++i) {
    const ValidatedNode& node = graph_->nodes[i];
    const auto [hash, is_new] = hashes.try_emplace(node.library);
    if (is_new && !node.library.empty()) hash->second = records::plugin_hash(node.library);
    const bool known = !hash->second.empty() && !collects_cases(node) && node.keeping != Keeping::never;
    texts_.push_back(known ? node_text(i) + line("library", hash->second) : "");
  }
}

std::string KeyMaker::node_text(std::size_t index) const {
  const ValidatedNode& node = graph_->nodes[index];
  const std::string device = node.device == "auto" ? device_ : node.device;
  return common_ + line("node", node.id) + line("type", node.type_name) +
         line("plugin", node.plugin + " " + node.plugin_version) + (node.type.cuda ? line("device", device) : "") +
         line("conditions", number_conditions(node));
}

void KeyMaker::hash_models(KnownFiles& files) {
  for (const ValidatedNode& node : graph_->nodes) {
    const Params params = resolve_params(node, nullptr, out_);
    for (const ParamExpression& param : node.params)
      if (is_input_file(param.spec) && params.find(param.name) && !params.text(param.name).empty())
        models_.try_emplace(params.text(param.name), files.hashed(params.text(param.name)));
  }
}

/// The keys of one case, node by node in the graph's order.
struct KeyMaker::Making {
  const Case& one;
  KnownFiles& known;
  CaseKeys keys;
  std::map<std::string, std::size_t> places;  ///< of files in the keys, by path
};

const KeyFile& KeyMaker::add_file(Making& making, std::size_t node, const std::string& path) const {
  CaseKeys& keys = making.keys;
  const auto [place, is_new] = making.places.try_emplace(path, keys.files.size());
  if (is_new) {
    const auto model = models_.find(path);
    keys.files.push_back(model != models_.end() ? model->second : making.known.hashed(path));
    // Whether a node that is open reads the file again, as one in Python may, is not known: then no key is right.
    if (model != models_.end() && !records::looks_same(model->second.seen, records::look_at(path)))
      keys.files.back().stamp.sha256.clear();
  }
  keys.nodes[node].files.push_back(place->second);
  return keys.files[place->second];
}

/// Of a node of the application itself.
std::string KeyMaker::key_of_own(const Case& one, std::size_t node) const {
  const std::string content = graph_->nodes[node].library.empty() && content_of_ ? content_of_(node, one) : "";
  return content.empty() ? "" : records::text_hash(line(kForm, "packet") + line("content", content));
}

/// Empty where an input or a file of the node is not known.
std::string KeyMaker::key_of(Making& making, std::size_t index) const {
  const ValidatedNode& node = graph_->nodes[index];
  const bool of_run = node.scope == Scope::run;
  if (texts_[index].empty()) return key_of_own(making.one, index);
  std::string text = texts_[index] + line("case", of_run ? "" : making.one.name);  // nodes see the name
  const Params params = resolve_params(node, of_run ? nullptr : &making.one, out_);
  for (const ParamExpression& param : node.params) {
    if (param.number_port || !params.find(param.name)) continue;
    text += line("param " + param.name, value_text(param.spec, *params.find(param.name)));
    if (!is_input_file(param.spec) || params.text(param.name).empty()) continue;
    const FileStamp& file = add_file(making, index, params.text(param.name)).stamp;
    if (file.sha256.empty()) return "";
    text += line("file", file.sha256);
  }
  for (const InputSlot& slot : node.slots) {
    const std::string& source = making.keys.nodes[slot.source.node].text;
    if (source.empty()) return "";
    text += line("input " + node.type.inputs[slot.port].name,
                 source + " " + graph_->nodes[slot.source.node].type.outputs[slot.source.port].name);
  }
  return records::text_hash(text);
}

CaseKeys KeyMaker::of_case(const Case& one, KnownFiles& files) const {
  Making making{one, files, {}, {}};
  making.keys.nodes.resize(graph_->nodes.size());
  const std::vector<bool> left_out = left_out_nodes(*graph_, one);
  for (std::size_t i = 0; i < graph_->nodes.size(); ++i)
    making.keys.nodes[i].text = left_out[i] ? records::text_hash(std::string(kForm) + " absent") : key_of(making, i);
  return std::move(making.keys);
}

}  // namespace flowrun::results
