#pragma once

#include "authoring.h"
#include "commands.h"
#include "crossval.h"

namespace CLI {
class App;
}

namespace flowrun {

/// Where the parser writes; lives longer than it.
struct Options {
  RunCommand run;
  MergeCommand merge;
  ValidateCommand validate;
  NodesCommand nodes;
  DescribeCommand describe;
  DrawCommand draw;
  PluginsCommand plugins;
  CrossvalCommand crossval;
  AuthoringCommands authoring;
};

/// Declares every verb with its options and help.
void declare(CLI::App& app, Options& options);

}  // namespace flowrun
