// Verbs for people who write graphs and nodes: schema, fmt, migrate, docs.
#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace flowrun {

struct SchemaCommand {
  bool plan = false;   ///< of plans of crossval instead of graphs
  std::string output;  ///< empty: the standard output
  std::vector<std::string> plugin_paths;
};

struct FmtCommand {
  std::vector<std::string> graphs;
  std::string output;  ///< empty: the standard output
  bool check = false;
  bool in_place = false;
};

struct MigrateCommand {
  std::string graph;
  std::string output;  ///< empty: the standard output
  bool in_place = false;
};

struct DocsCommand {
  std::string folder;
  std::string graphs;  ///< a folder whose graphs serve as examples
  std::string prefix;  ///< of the node types; empty: all
  std::vector<std::string> plugin_paths;
};

struct AuthoringCommands {
  SchemaCommand schema;
  FmtCommand fmt;
  MigrateCommand migrate;
  DocsCommand docs;
};

void declare_authoring(CLI::App& app, AuthoringCommands& commands);

int execute(const SchemaCommand& command);
int execute(const FmtCommand& command);
int execute(const MigrateCommand& command);
int execute(const DocsCommand& command);

}  // namespace flowrun
