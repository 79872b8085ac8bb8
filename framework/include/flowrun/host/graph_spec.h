// A graph file as it is written: names not yet looked up, nothing substituted.
#pragma once

#include <array>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "flowrun/host/bids.h"
#include "flowrun/host/diagnostic.h"
#include "flowrun/sdk/parameters.h"

namespace flowrun {

/// A value as written, with its place. Strings may hold ${name}.
struct Literal {
  using List = std::vector<Literal>;
  std::variant<std::monostate, bool, std::int64_t, double, std::string, List> value;  ///< monostate: null
  SourceLocation place;
};

struct NamedLiteral {
  std::string name;
  SourceLocation place;  ///< of the name
  Literal value;
};

/// A graph parameter or a value-typed input: one value for a run, or one for a case.
struct ValueSpec {
  ParamSpec spec;  ///< per_case is set for inputs
  SourceLocation place;
  std::optional<BidsName> bids;  ///< of an input that is a path: the file of a BIDS data set that it takes
  bool required = true;          ///< false: a case may lack it; nodes that name it are left out then
  std::string contrast;  ///< of an input that is a path: "FLAIR", "T1w"; of its `bids` where it says none; empty: not said
  bool may_be_missing() const { return !required || spec.default_value.has_value(); }
};

/// An input of a subgraph that takes packets ("type" is a payload's name).
struct PortSpec {
  std::string name;
  std::string payload;
  std::string help;
  bool required = true;
  bool variadic = false;
  SourceLocation place;
};

/// Where packets come from: "node.port", or the bare name of a subgraph's input.
struct EndpointSpec {
  std::string node;  ///< empty for a bare name
  std::string port;
  SourceLocation place;
};

struct InputSpec {
  std::string port;
  SourceLocation place;
  bool is_list = false;
  std::vector<EndpointSpec> sources;
};

/// An output of a subgraph.
struct OutputSpec {
  std::string name;
  SourceLocation place;
  EndpointSpec source;
};

/// Limits of a number; none: any number is within.
struct Bounds {
  std::optional<double> above, at_least, below, at_most;
  bool is_empty() const { return !above && !at_least && !below && !at_most; }
  bool contain(double value) const;  ///< never NaN
  std::string text() const;          ///< "above 2.5 and at most 4"
};

/// On what a node runs in a case: one member of its `when`.
struct ConditionSpec {
  enum class Kind { given, missing, value, number };
  Kind kind = Kind::given;
  std::string name;                    ///< an input of the graph; of a value: the text "${name}"
  std::optional<EndpointSpec> number;  ///< a Number that another node finds
  std::optional<Literal> is;           ///< of a value: what it must be
  Bounds bounds;                       ///< of a value and a number
  SourceLocation place;
};

/// A parameter whose value another node finds: { "number": "node.port" }.
struct NumberSpec {
  std::string param;
  SourceLocation place;
  EndpointSpec source;
};

/// How a file that a node writes is called when its cases come from a BIDS data set.
struct BidsOutputSpec {
  std::string param;
  SourceLocation place;
  BidsName name;
};

/// The `run` object of a node: what the engine is asked for.
struct RunSpec {
  std::optional<std::string> device;    ///< "auto", "cpu", "cuda", "cuda:1"
  std::optional<int> concurrency;       ///< firings at a time, at most
  std::optional<int> chunks_in_flight;  ///< of the stream that the node makes
  std::optional<std::string> on_error;  ///< "stop_case" or "continue"
  std::optional<bool> isolate;          ///< each firing in a process of its own
  std::optional<int> timeout;           ///< s, of an isolated firing
  std::optional<int> memory;            ///< MiB, likewise
  std::optional<std::string> cache;     ///< "auto", "always" or "never": whether its results are kept for later runs
  SourceLocation place;
};

struct GraphSpec;

struct NodeSpec {
  std::string id;
  std::string type;  ///< a node type, or "graph:<file>"
  SourceLocation place;  ///< of the id
  SourceLocation type_place;
  std::vector<NamedLiteral> params;
  std::vector<NumberSpec> numbers;  ///< parameters that come from other nodes
  std::vector<InputSpec> inputs;
  std::vector<ConditionSpec> when;  ///< all must hold
  RunSpec run;
  std::vector<BidsOutputSpec> bids;
  std::shared_ptr<const GraphSpec> subgraph;  ///< loaded, for "graph:<file>"; null where that failed
};

struct Requirement {
  std::string plugin;
  std::string constraint;  ///< ">=1.0"
  SourceLocation place;
};

/// A column of the table of cases: a figure that a node reports.
struct ColumnSpec {
  std::string name;
  SourceLocation place;
  std::string figure;  ///< "node.figure"
};

/// The columns that every table of cases has; those of a graph have other names, and stand before the sixth of these.
inline constexpr std::array<std::string_view, 10> kTableColumns{"case",    "status",  "failed_node",        "failed_plugin",
                                                                "reason",  "seconds", "peak_payload_bytes", "started",
                                                                "attempt", "warnings"};

struct GraphSpec {
  std::filesystem::path file;  ///< as given; relative paths in it start at its folder
  std::string name;
  std::string summary;
  std::vector<Requirement> requires_;
  std::vector<ValueSpec> parameters;
  std::vector<ValueSpec> value_inputs;  ///< one value for each case
  std::vector<PortSpec> port_inputs;    ///< makes this graph a subgraph
  std::vector<NodeSpec> nodes;          ///< in the file's order
  std::vector<OutputSpec> outputs;
  std::vector<ColumnSpec> columns;  ///< in the order of the table
};

/// Whether another node may find the value of a parameter: a number that is read in each firing (ParamSpec::per_case).
bool takes_number(const ParamSpec& spec);

/// Reads a graph file and the subgraphs that it names (cycles of files are faults). Everything wrong with the files' form goes to
/// `faults`: unreadable, not JSON, wrong keys or types, duplicate keys, a newer format. Returns null only when the file gives no
/// graph.
std::shared_ptr<const GraphSpec> load_graph(const std::filesystem::path& file, Diagnostics& faults);
/// The same from text; `file` names it in messages and is where relative paths start.
std::shared_ptr<const GraphSpec> parse_graph(const std::string& text, const std::filesystem::path& file, Diagnostics& faults);

}  // namespace flowrun
