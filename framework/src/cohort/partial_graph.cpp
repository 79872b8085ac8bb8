#include "cohort/partial_graph.h"

#include <fmt/format.h>

#include <algorithm>

#include "cohort/named_outputs.h"
#include "flowrun/sdk/payloads.h"
#include "flowrun/sdk/transform.h"

namespace flowrun {
namespace {

/// An output that is written.
struct Endpoint : NamedOutput {
  std::string option, file;  ///< file: as the person gave it; empty: a name of its own
};

std::string extension_of(std::string_view payload) {
  if (payload == Table::kType) return ".csv";
  if (payload == Transform::kType) return ".tfm";
  if (payload == Number::kType) return ".txt";
  return ".nii.gz";
}

/// A type that does nothing but write a payload.
bool writes(const NodeType& type, const std::string& payload, Scope scope) {
  if (!type.outputs.empty() || type.inputs.empty() || type.inputs.front().payload != payload) return false;
  if (type.inputs.front().scope.value_or(scope) != scope) return false;
  std::size_t files = 0;
  for (const ParamSpec& spec : type.params) {
    if (spec.type == ParamType::path && spec.role == PathRole::output) ++files;
    else if (!spec.default_value) return false;
  }
  const auto takes_more = [](const InputPort& port) { return port.required; };
  return files == 1 && !type.inputs.front().collects && std::none_of(type.inputs.begin() + 1, type.inputs.end(), takes_more);
}

/// "a ${case} b" as pieces.
std::vector<ParamExpression::Piece> pieces_of(const std::string& text, std::string& fault) {
  std::vector<ParamExpression::Piece> pieces;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t begin = std::min(text.find("${", at), text.size());
    if (begin > at) pieces.push_back({text.substr(at, begin - at), ""});
    if (begin == text.size()) break;
    const std::size_t end = text.find('}', begin);
    const std::string name = end == std::string::npos ? "" : text.substr(begin + 2, end - begin - 2);
    if (name != "case" && name != "out") fault = "the file's name may contain ${case} and ${out}, and nothing else in ${}";
    if (!fault.empty()) break;
    pieces.push_back({"", name});
    at = end + 1;
  }
  return pieces;
}

/// Builds the part, step by step.
class Part {
 public:
  Part(const ValidatedGraph& whole, const Registry& registry, Diagnostics& faults)
      : graph_(whole), registry_(registry), faults_(faults) {}

  void add(const PartialRequest& request) {
    for (const std::string& word : request.until) add_end(word);
    for (const std::string& word : request.keep) add_kept(word);
    if (faults_.has_errors()) return;
    if (!request.until.empty()) prune(request.until);
    for (auto endpoint = written_.begin(); endpoint != written_.end(); ++endpoint)
      if (std::none_of(written_.begin(), endpoint, [&](const Endpoint& one) { return is_same(one, *endpoint); }))
        add_writer(*endpoint);
  }

  std::shared_ptr<const ValidatedGraph> take() {
    connect();
    graph_.subgraphs.clear();  // their nodes have other places now
    return std::make_shared<const ValidatedGraph>(std::move(graph_));
  }

 private:
  void fail(const std::string& option, const std::string& sentence) { faults_.error({}, option + ": " + sentence); }

  std::optional<NamedOutputs> named(const std::string& option, const std::string& word) {
    std::string fault;
    auto found = named_outputs(graph_, word, fault);
    if (!found) fail(option, fault);
    else ends_.insert(ends_.end(), found->nodes.begin(), found->nodes.end());
    return found;
  }

  const OutputPort& port_of(const NamedOutput& output) const {
    return graph_.nodes[output.source.node].type.outputs[output.source.port];
  }

  bool is_stream(const NamedOutput& output) const {
    return graph_.nodes[output.source.node].scope == Scope::chunk || port_of(output).stream;
  }

  void add_end(const std::string& word) {
    const std::string option = "--until " + word;
    const auto found = named(option, word);
    if (!found) return;
    for (const NamedOutput& output : found->outputs)
      if (!found->whole || (!is_stream(output) && writer_of(output))) add_written({output, option, ""});
  }

  void add_kept(const std::string& word) {
    const std::size_t equals = word.find('=');
    const std::string endpoint = word.substr(0, equals), option = "--keep " + endpoint;
    const auto found = named(option, endpoint);
    if (!found) return;
    if (found->whole) return fail(option, fmt::format("name the output too, as NODE.PORT; {}", found->known));
    if (equals != std::string::npos && equals + 1 == word.size()) return fail(option, "the file's name behind '=' is missing");
    add_written({found->outputs.front(), option, equals == std::string::npos ? "" : word.substr(equals + 1)});
  }

  void add_written(const Endpoint& endpoint) {
    const std::string& option = endpoint.option;
    if (is_stream(endpoint))
      fail(option, fmt::format("'{}' makes a stream of chunks there; keep the output of the node that collects them",
                               graph_.nodes[endpoint.source.node].id));
    else if (!writer_of(endpoint))
      fail(option, fmt::format("no node type here writes a {} to a file", port_of(endpoint).payload));
    else written_.push_back(endpoint);
  }

  const RegisteredType* writer_of(const NamedOutput& output) const {
    for (const RegisteredType* type : registry_.types())
      if (writes(type->type, port_of(output).payload, graph_.nodes[output.source.node].scope)) return type;
    return nullptr;
  }

  /// Leaves the ends and what they are made from.
  void prune(const std::vector<std::string>& until) {
    std::vector<bool> stays(graph_.nodes.size());
    for (const std::size_t end : ends_) stays[end] = true;
    for (std::size_t i = graph_.nodes.size(); i-- > 0;)
      if (stays[i])
        for (const InputSlot& slot : graph_.nodes[i].slots) stays[slot.source.node] = true;
    std::vector<std::size_t> place(graph_.nodes.size());
    std::vector<ValidatedNode> nodes;
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
      place[i] = nodes.size();
      if (stays[i]) nodes.push_back(std::move(graph_.nodes[i]));
    }
    for (ValidatedNode& node : nodes) {
      for (InputSlot& slot : node.slots) slot.source.node = place[slot.source.node];
      if (node.stream_origin) node.stream_origin = place[*node.stream_origin];
    }
    for (Endpoint& endpoint : written_) endpoint.source.node = place[endpoint.source.node];
    graph_.nodes = std::move(nodes);
    for (const std::string& word : until) graph_.name += " until " + word;
    std::erase_if(graph_.columns,
                  [&](const auto& column) { return !node_named(graph_, column.second.substr(0, column.second.rfind('.'))); });
    leave_inputs();
  }

  /// Inputs that nothing needs any more may be missing.
  void leave_inputs() {
    for (ValueSpec& input : graph_.case_inputs) {
      const bool used = std::any_of(graph_.nodes.begin(), graph_.nodes.end(), [&](const ValidatedNode& node) {
        return std::any_of(node.params.begin(), node.params.end(), [&](const ParamExpression& param) {
          return std::any_of(param.pieces.begin(), param.pieces.end(),
                             [&](const auto& piece) { return piece.case_value == input.spec.name; });
        });
      });
      input.required = input.required && used;
    }
  }

  void add_writer(const Endpoint& endpoint) {
    const RegisteredType& writer = *writer_of(endpoint);
    const ValidatedNode& source = graph_.nodes[endpoint.source.node];
    ValidatedNode node{.id = free_id(endpoint), .type_name = writer.type.name, .type = writer.type};
    node.plugin = writer.plugin;
    node.plugin_version = writer.plugin_version;
    node.library = writer.library;
    node.scope = source.scope;
    node.concurrency = writer.type.concurrent ? 0 : 1;
    node.slots.push_back({0, endpoint.source, source.scope});
    std::string fault;
    for (const ParamSpec& spec : node.type.params) {
      ParamExpression param{.name = spec.name, .constant = spec.default_value, .pieces = {}, .spec = spec};
      if (spec.type == ParamType::path && spec.role == PathRole::output) {
        param.constant.reset();
        param.pieces = pieces_of(file_of(endpoint), fault);
      }
      node.params.push_back(std::move(param));
    }
    if (!fault.empty()) return fail(endpoint.option, fault);
    graph_.nodes.push_back(std::move(node));
  }

  /// Named twice, as by --until and by --keep.
  bool is_same(const Endpoint& one, const Endpoint& other) const {
    return one.node == other.node && one.port == other.port && file_of(one) == file_of(other);
  }

  /// One output may go to several files.
  std::string free_id(const Endpoint& endpoint) const {
    const std::string id = "kept/" + endpoint.node + "/" + endpoint.port;
    std::string free = id;
    for (int i = 2; node_named(graph_, free); ++i) free = fmt::format("{}/{}", id, i);
    return free;
  }

  /// Below the output folder, unless the person says otherwise.
  std::string file_of(const Endpoint& endpoint) const {
    const bool once = graph_.nodes[endpoint.source.node].scope == Scope::run;
    std::string file = endpoint.file;
    if (file.empty()) {
      file = (once ? "" : "${case}_") + endpoint.node + "_" + endpoint.port + extension_of(port_of(endpoint).payload);
      std::replace(file.begin(), file.end(), '/', '-');
    }
    return file.starts_with("${out}") || file.starts_with("/") ? file : "${out}/" + file;
  }

  void connect() {
    graph_.consumers.clear();
    for (ValidatedNode& node : graph_.nodes) {
      graph_.consumers.emplace_back(node.type.outputs.size());
      node.output_used.assign(node.type.outputs.size(), false);
    }
    for (std::size_t reader = 0; reader < graph_.nodes.size(); ++reader)
      for (std::size_t slot = 0; slot < graph_.nodes[reader].slots.size(); ++slot) {
        const SourceRef& source = graph_.nodes[reader].slots[slot].source;
        graph_.consumers[source.node][source.port].push_back({reader, slot});
        graph_.nodes[source.node].output_used[source.port] = true;
      }
  }

  ValidatedGraph graph_;
  const Registry& registry_;
  Diagnostics& faults_;
  std::vector<std::size_t> ends_;
  std::vector<Endpoint> written_;
};

}  // namespace

std::shared_ptr<const ValidatedGraph> partial_graph(const ValidatedGraph& whole, const PartialRequest& request,
                                                    const Registry& registry, Diagnostics& faults) {
  Part part(whole, registry, faults);
  part.add(request);
  return faults.has_errors() ? nullptr : part.take();
}

}  // namespace flowrun
