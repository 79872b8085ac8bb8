// A graph while it is being checked. Each pass fills in a part and reports what is wrong with it; a part that could not be filled
// stays empty, and later passes say nothing about what follows from that.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "flowrun/host/validated_graph.h"

namespace flowrun::checks {

/// A value: a constant, or pieces that are put together for each case.
struct Expression {
  std::optional<ParamValue> constant;
  std::vector<ParamExpression::Piece> pieces;
  std::filesystem::path base;  ///< where a relative path starts; empty: the working folder, or the path is complete
  std::string origin;          ///< ParamExpression::origin
};

/// What ${name} stands for in one file.
struct Binding {
  ParamSpec spec;
  SourceLocation place;
  std::optional<Expression> value;  ///< none: it is faulty, which was reported
  bool used = false;
};
using Names = std::map<std::string, Binding>;

/// One edge between plain nodes.
struct Edge {
  std::optional<std::size_t> port;         ///< index in the consumer's inputs
  std::size_t source = 0;                  ///< index in Draft::nodes
  std::optional<std::size_t> source_port;  ///< index in the source's outputs
  SourceLocation place;
  bool known() const { return port && source_port; }
};

/// A graph file in one use: the main graph, or a subgraph at one node.
struct Instance {
  const GraphSpec* graph = nullptr;
  std::string prefix;             ///< of its nodes' ids: "" or "stage1/"
  std::size_t parent = 0;         ///< index of the instance that uses it; itself for the main graph
  const NodeSpec* use = nullptr;  ///< the node of the parent; null for the main graph
  Names names;
  std::map<std::string, std::size_t> nodes;      ///< own plain nodes: index in Draft::nodes
  std::map<std::string, std::size_t> instances;  ///< own subgraphs: index in Draft::instances
  std::vector<std::vector<Edge>> outputs;        ///< of a subgraph: what each stands for; without ports of consumers
};

/// A plain node, wherever it stands.
struct DraftNode {
  std::string id;
  const NodeSpec* spec = nullptr;
  std::size_t instance = 0;
  const RegisteredType* type = nullptr;  ///< null: not known, which was reported
  std::shared_ptr<RegisteredType> own_type;  ///< a copy with ports that only the engine reads, to which `type` points then
  struct ExtraInput {
    std::size_t port = 0;
    EndpointSpec source;
    std::size_t instance = 0;  ///< in which `source` is a name
  };
  std::vector<ExtraInput> extra_inputs;             ///< of those ports
  std::map<std::string, std::size_t> number_ports;  ///< of parameters that other nodes find
  std::vector<Condition> conditions;
  std::vector<Edge> edges;               ///< by port, then by the order in the list
  std::vector<ParamExpression> params;
  std::optional<Scope> scope;  ///< none: it follows from something faulty
  std::optional<std::size_t> stream_origin;
  std::string name() const { return "node '" + id + "'"; }
};

/// A value given on top of the file.
struct Setting {
  std::string key;
  std::string text;
  bool used = false;
};

struct Draft {
  const GraphSpec& spec;
  const Registry& registry;
  Diagnostics& faults;
  std::map<std::string, Setting> graph_settings;                        ///< by parameter
  std::map<std::string, std::map<std::string, Setting>> node_settings;  ///< by node id, then parameter
  std::deque<Instance> instances;                                       ///< the main graph first; references into it stay good
  std::vector<DraftNode> nodes;                                         ///< in the files' order
  std::vector<std::size_t> order;                                       ///< sources first; empty when the graph has a cycle
};

// The passes, in their order.
void read_settings(Draft& draft, const Settings& settings);
bool flatten_subgraphs(Draft& draft);  ///< false: there are too many nodes to continue
void check_requirements(Draft& draft);
void find_types(Draft& draft);
void add_conditions(Draft& draft);
void settle_payloads(Draft& draft);
void fill_parameters(Draft& draft);
void give_contrasts(Draft& draft);
void check_settings_used(Draft& draft);
void connect_ports(Draft& draft);
void order_nodes(Draft& draft);
void assign_scopes(Draft& draft);
void name_bids_outputs(Draft& draft);
void check_run_options(Draft& draft);
void check_columns(Draft& draft);
void check_files(Draft& draft);
void check_unused(Draft& draft);
/// The result, once no pass found an error.
std::shared_ptr<const ValidatedGraph> build_graph(const Draft& draft);

/// The type's name, or "the graph 'x.json'" of a node that is a subgraph.
std::string type_words(const NodeSpec& node);
/// "; did you mean 'x'?", or where no name is near: "; it has 'a', 'b'".
std::string known_names(const std::string& word, const std::vector<std::string>& known);

}  // namespace flowrun::checks
