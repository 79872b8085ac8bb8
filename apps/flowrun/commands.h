// The verbs of flowrun: what each was asked for, and what carries it out. The parser fills these in; nothing here knows it.
#pragma once

#include <string>
#include <vector>

namespace flowrun {

class Interrupts;

using Words = std::vector<std::string>;

struct RunCommand {
  std::string graph;
  Words inputs;    ///< name=path
  Words settings;  ///< parameter=value, node.param=value
  Words plugin_paths;
  Words cases;  ///< a table, or patterns; empty: none
  std::string case_name;
  std::string bids;  ///< a data set; empty: none
  Words participants;
  Words sessions;
  Words bids_filters;      ///< input.entity=label
  std::string incomplete;  ///< "error" or "skip"; empty: error
  std::string shard;       ///< "i/n" or "slurm"; empty: all cases
  std::string out = "out";
  std::string trace;
  std::string threads;
  std::string cases_in_flight;
  Words only;  ///< names or patterns of cases; empty: all
  std::string replay_limit;
  bool resume = false;
  bool retry_failed = false;
  bool no_replay = false;
  std::string device = "auto";
  bool fail_fast = false;
  bool no_report = false;
  bool dry_run = false;
  bool quiet = false;
  bool help = false;
  std::string where;  ///< what its warnings and failures begin with, within a longer work: "fold a, step train: "
};

struct ReplayCommand {
  std::string what;  ///< a record, a bundle's folder, or a case's name
  std::string results = "out";
  std::string out;  ///< empty: in the bundle's folder
  Words plugin_paths;
};

struct MergeCommand {
  std::string folder;  ///< the output folder of the runs
  bool no_report = false;
};

struct ValidateCommand {
  std::string graph;
  bool open = false;  ///< the nodes too, with their models
  Words settings;
  Words plugin_paths;
};

struct NodesCommand {
  std::string word;  ///< the beginning of a name, or what a name or summary has; empty: all
  bool json = false;
  Words plugin_paths;
};

struct DescribeCommand {
  std::string what;  ///< a node type or a graph file
  bool json = false;
  Words plugin_paths;
};

struct DrawCommand {
  std::string graph;
  std::string output;  ///< .dot or .svg; empty: DOT on the standard output
  Words settings;
  Words plugin_paths;
};

struct PluginsCommand {
  bool why = false;
  bool retry = false;  ///< also those that ended the process that looked at them
  Words plugin_paths;
};

struct NewPluginCommand {
  std::string name;
  Words nodes;  ///< none: one, named after what it does
  std::string kind = "map";
  std::string library;  ///< "itk", "torch" or empty
};

struct NewNodeCommand {
  std::string name;
  std::string plugin;  ///< folder of the plugin; empty: the working folder
  std::string kind = "map";
  std::string library;  ///< "itk", "torch" or empty
};

/// The verb with which flowrun starts the process of an isolated firing; not for people.
inline constexpr const char* kIsolatedFiring = "isolated-firing";
struct IsolatedFiringCommand {
  Words words;  ///< library, folder, bytes of memory
};

// Each returns an ExitStatus, prints its result on the standard output and what is wrong on the standard error, and throws Error
// for what stops it as a whole.
int execute(const RunCommand& command);
/// The same within a longer work that takes the signals itself.
int execute(const RunCommand& command, Interrupts& interrupts);
int execute(const ReplayCommand& command);
int execute(const MergeCommand& command);
int execute(const ValidateCommand& command);
int execute(const NodesCommand& command);
int execute(const DescribeCommand& command);
int execute(const DrawCommand& command);
int execute(const PluginsCommand& command);
int execute(const NewPluginCommand& command);
int execute(const NewNodeCommand& command);
int execute(const IsolatedFiringCommand& command);  ///< Does not return.

/// The inputs and parameters of the graph itself, for `flowrun run GRAPH --help`.
int print_graph_help(const std::string& graph);

}  // namespace flowrun
