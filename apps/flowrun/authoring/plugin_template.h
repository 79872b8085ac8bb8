// What `flowrun new-plugin` makes: the files of templates/, which are part of the program, with the names filled in.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace flowrun {

/// Texts by name, "map/node.cpp"; made from the folder templates when flowrun is built.
const std::map<std::string, std::string>& plugin_templates();

struct PluginPlan {
  std::string name;
  std::string kind;                ///< "map", "stream", "collect", "source" or "sink"
  std::string library;             ///< "itk", "torch" or empty
  std::vector<std::string> nodes;  ///< at least one
  std::string language = "c++";    ///< or "python"
};

const std::vector<std::string>& plugin_kinds();
const std::vector<std::string>& plugin_libraries();
const std::vector<std::string>& plugin_languages();
std::string default_node(const PluginPlan& plan);

/// What is wrong with the plan's names, in sentences; none: it can be made.
std::vector<std::string> plan_faults(const PluginPlan& plan);

/// The line of the plugin's CMakeLists.txt that runs a node's graph as a test.
std::string graph_test_line(const std::string& node);

/// The files of the new plugin by their path in its folder.
std::map<std::string, std::string> plugin_files(const PluginPlan& plan);

}  // namespace flowrun
