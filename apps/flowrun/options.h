#pragma once

#include "authoring.h"
#include "check_plugin.h"
#include "commands.h"
#include "crossval.h"

namespace CLI {
class App;
}

namespace flowrun {

/// Where the parser writes; lives longer than it.
struct Options {
  RunCommand run;
  ReplayCommand replay;
  MergeCommand merge;
  ValidateCommand validate;
  NodesCommand nodes;
  DescribeCommand describe;
  DrawCommand draw;
  PluginsCommand plugins;
  NewPluginCommand new_plugin;
  NewNodeCommand new_node;
  IsolatedFiringCommand isolated_firing;
  CheckPluginCommand check_plugin;
  CheckNodeCommand check_node;
  CrossvalCommand crossval;
  AuthoringCommands authoring;
};

/// Declares every verb with its options and help.
void declare(CLI::App& app, Options& options);

}  // namespace flowrun
