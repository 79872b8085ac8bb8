// A graph that can run: subgraphs flattened, names resolved, everything checked.
#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "flowrun/host/diagnostic.h"
#include "flowrun/host/graph_spec.h"
#include "flowrun/host/registry.h"
#include "flowrun/sdk/node_type.h"
#include "flowrun/sdk/parameters.h"

namespace flowrun {

/// A parameter's value before the case is known: a constant, or text with case inputs in it.
struct ParamExpression {
  struct Piece {
    std::string text;        ///< literal text, or
    std::string case_value;  ///< the name of a case input, "case" or "out"; then text is empty
  };
  std::string name;
  std::optional<ParamValue> constant;
  std::vector<Piece> pieces;     ///< when there is no constant; a single piece keeps the case input's type
  ParamSpec spec;                ///< of the node's parameter: the resolved value is checked against it
  SourceLocation place;          ///< of the value; line 0: a default
  std::filesystem::path base;    ///< where a relative path starts
  std::string origin;            ///< for people: of which parameter of the whole graph it is made; empty: of none
  std::optional<BidsName> bids;  ///< of a file that is written: its name for a case from a BIDS data set
  std::optional<std::size_t> number_port;  ///< the node's input at which another node's Number comes; then there is nothing else
};

/// On what a node runs in a case.
struct Condition {
  ConditionSpec::Kind kind = ConditionSpec::Kind::given;
  std::string input;             ///< given, missing: of the case
  ParamExpression value;         ///< of a value
  std::optional<ParamValue> is;  ///< what it must be
  Bounds bounds;                 ///< of a value and a number
  std::size_t port = 0;          ///< of a number: the node's input at which it comes
  std::string text;              ///< for people: "t2 is given", "thickness.number is above 2.5"
  SourceLocation place;
};

/// Which output feeds a slot.
struct SourceRef {
  std::size_t node = 0;  ///< index in ValidatedGraph::nodes
  std::size_t port = 0;  ///< index in that type's outputs
};

/// One edge into a node; a variadic port has several slots.
struct InputSlot {
  std::size_t port = 0;  ///< index in the type's inputs
  SourceRef source;
  Scope scope = Scope::per_case;  ///< of the items that arrive
};

/// Limits of firings that run in processes of their own.
struct Isolation {
  int timeout_s = 0;   ///< 0: a week
  int memory_mib = 0;  ///< 0: half of the machine's, 8 GiB at most
  std::chrono::milliseconds time_limit() const { return std::chrono::seconds(timeout_s ? timeout_s : 7 * 24 * 3600); }
  std::size_t memory_bytes() const { return static_cast<std::size_t>(memory_mib) << 20; }
};

/// Whether results of a node are kept for later runs: where it pays, in any case, or not at all; then it always runs, and what is
/// made from its results is not kept either.
enum class Keeping { automatic, always, never };

struct ValidatedNode {
  std::string id;  ///< "stage1/patches" inside a subgraph
  std::string type_name;
  NodeType type;  ///< a copy of the description
  std::string plugin;
  std::string plugin_version;
  std::filesystem::path library;  ///< of the plugin; empty: a type of the application itself
  SourceLocation place;
  std::vector<InputSlot> slots;         ///< by port, then by the order in the list
  std::vector<ParamExpression> params;  ///< every parameter of the type, in the type's order
  Scope scope = Scope::per_case;        ///< fires once for each item of this scope
  /// Of a node at chunk scope: the node whose stream it works on.
  std::optional<std::size_t> stream_origin;
  std::vector<bool> output_used;  ///< whether anybody reads each output
  std::string device = "auto";
  /// Optional case inputs that its parameters name: in a case without one of them the node is left out, its outputs absent.
  std::vector<std::string> optional_inputs;
  std::vector<Condition> conditions;  ///< where one of them does not hold, likewise
  int concurrency = 0;       ///< firings at a time; 0: as many as there are threads (1 unless the type is concurrent)
  int chunks_in_flight = 0;  ///< 0: the engine's default
  bool stop_case_on_error = true;
  std::optional<Isolation> isolation;
  Keeping keeping = Keeping::automatic;
};

/// An output of a subgraph, for people who name it as edges do.
struct SubgraphOutput {
  std::string name;
  /// The outputs of plain nodes that it stands for, through subgraphs: one, unless it passes on an input of the subgraph; then
  /// none where nothing is connected to that, and maybe several of a list of edges.
  std::vector<SourceRef> sources;
};

struct ValidatedGraph {
  std::filesystem::path file;
  std::string name;
  std::string summary;
  std::vector<ValidatedNode> nodes;  ///< sources first: every edge goes to a later node
  std::vector<ValueSpec> case_inputs;
  std::vector<ValueSpec> parameters;
  std::map<std::string, ParamValue> parameter_values;  ///< as substituted
  std::map<std::string, std::string> settings;         ///< what a person set on top of the file, as given
  std::vector<std::pair<std::string, std::string>> columns;  ///< of the table of cases, with their figures: "node.figure"
  /// The outputs of each subgraph, by its name ("stage1/fuse" inside another), in its file's order. Empty in a part of a graph.
  std::map<std::string, std::vector<SubgraphOutput>> subgraphs;

  /// The consumers of each output: for every node, for every output port, (node, slot) pairs.
  struct Consumer {
    std::size_t node = 0;
    std::size_t slot = 0;
  };
  std::vector<std::vector<std::vector<Consumer>>> consumers;
};

/// One subject or session: its name and a value for each case input. Paths are as the person gave them, relative to the
/// working folder.
struct Case {
  std::string name;
  std::map<std::string, ParamValue> inputs;
  std::string bids_folder;  ///< "sub-01/ses-02" of a case from a BIDS data set, whose name is then "sub-01_ses-02"; else empty
  /// Inputs whose value the person wrote on the command line. They alone may name files outside the output folder to write.
  std::set<std::string> own;
  SourceLocation place;  ///< of its row in a table; none: the command line
};

/// What a person sets on top of the file: graph parameters by name, node parameters as "node.param" (node ids may hold '/').
struct Settings {
  std::map<std::string, std::string> values;
  bool files_must_exist = true;  ///< false for looking at a graph, say to draw it, before its models are there
};

/// Checks the graph as a whole: every fault is added to `faults`, with its place. Null when there are errors.
std::shared_ptr<const ValidatedGraph> validate(const GraphSpec& spec, const Registry& registry, const Settings& settings,
                                               Diagnostics& faults);

/// Whether a condition is true in a case (`one` null: of a node that fires once for the run). Nothing: a number decides, which
/// only the run finds.
std::optional<bool> holds(const Condition& condition, const Case* one);

/// Why a node itself does not run in a case, as far as that is known before the run: "t2 is missing", "not: denoise is true".
/// Empty: it runs, unless what it needs is left out or a number says no.
std::string why_not_run(const ValidatedNode& node, const Case* one);

/// An input that only the engine reads: for a condition or a parameter (their `port`). Its name has a space.
inline bool is_hidden(const InputPort& port) { return port.name.find(' ') != std::string::npos; }

/// Which nodes are left out in a case, as far as that is known before the run: those whose parameters name an input that the case
/// lacks, those whose conditions do not hold, and those that need what these make. By the graph's nodes.
std::vector<bool> left_out_nodes(const ValidatedGraph& graph, const Case& one);

constexpr std::size_t kLongestCaseName = 150;  ///< characters

/// Why a text cannot be a case's name, which becomes part of file names: a sentence. Empty: it can.
std::string case_name_fault(const std::string& name);

struct MissingFile {
  std::string case_name;
  Diagnostic fault;  ///< "case 'p1', input 't1': the file 'p1/t1.nii.gz' does not exist"
};

/// Checks cases against the graph's inputs: unknown or missing inputs, wrong types, missing files, duplicate names, two cases
/// that write one file, files that a case's values put outside the output folder, files that a node with conditions needs in some
/// case. Faults stand at the case's place. Converts text to the inputs' types in place. With `missing`, files that single cases
/// lack are put there and are no faults.
void check_cases(const ValidatedGraph& graph, std::vector<Case>& cases, const std::filesystem::path& out, Diagnostics& faults,
                 std::vector<MissingFile>* missing = nullptr);

/// What check_cases would say of the files that any case writes, whatever its values are: two nodes that write one file, names
/// that flowrun keeps, a graph that writes over itself; and as warnings the missing files of nodes with conditions. For looking
/// at a graph without cases.
void check_written_files(const ValidatedGraph& graph, Diagnostics& faults);

/// The value of every parameter for one case. Throws Error where a value does not fit its spec. With `one_case` null, only the
/// constants (what Node::open sees).
Params resolve_params(const ValidatedNode& node, const Case* one_case, const std::filesystem::path& out);

/// Checks a value against a spec: the type (an integer will do for a number), range, choices, length. Returns a sentence, or
/// nothing when it fits; converts an integer to a number in place.
std::string check_value(const ParamSpec& spec, ParamValue& value);

/// A value from text of the command line or a table, by the spec's type. Throws Error saying what was expected.
ParamValue value_from_text(const ParamSpec& spec, const std::string& text);

}  // namespace flowrun
