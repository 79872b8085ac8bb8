#include "authoring/plugin_template.h"

#include <algorithm>
#include <functional>
#include <set>

#include "flowrun/host/diagnostic.h"

namespace flowrun {
namespace {

using Names = std::map<std::string, std::string>;

/// The text with every @NAME@ of `names` replaced; other text, also a lone '@', stays.
std::string filled(const std::string& text, const Names& names) {
  std::string result;
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t open = std::min(text.find('@', at), text.size());
    result.append(text, at, open - at);
    if (open == text.size()) break;
    const std::size_t close = text.find('@', open + 1);
    const auto known = close == std::string::npos ? names.end() : names.find(text.substr(open + 1, close - open - 1));
    result += known == names.end() ? "@" : known->second;
    at = known == names.end() ? open + 1 : close + 1;
  }
  return result;
}

/// "lesion_size" -> "LesionSizeNode".
std::string class_name(const std::string& node) {
  std::string name;
  bool upper = true;
  for (const char c : node) {
    if (c != '_') name += upper && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    upper = c == '_';
  }
  return name + "Node";
}

std::string for_each_node(const PluginPlan& plan, const std::function<std::string(const std::string& node)>& text) {
  std::string all;
  for (const std::string& node : plan.nodes) all += text(node);
  return all;
}

std::string joined(const std::vector<std::string>& words, const std::string& between) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : between) + word;
  return text;
}

void add_node_names(const PluginPlan& plan, Names& names) {
  std::vector<std::string> types, sources, tests, offered;
  for (const std::string& node : plan.nodes) {
    types.push_back(node + "_type()");
    sources.push_back("src/" + node + ".cpp");
    tests.push_back("tests/" + node + "_test.cpp");
    offered.push_back("`" + plan.name + "." + node + "`");
  }
  if (!plan.library.empty()) tests.push_back("tests/" + plan.library + "_volume_test.cpp");
  names["TYPES"] = joined(types, ", ");
  names["SOURCES"] = joined(sources, " ");
  names["TESTS"] = joined(tests, " ");
  names["NODE_LIST"] = joined(offered, ", ");
  names["FIRST_NODE"] = plan.nodes.front();
  names["FIRST_TYPE"] = plan.name + "." + plan.nodes.front();
  names["INCLUDES"] = for_each_node(plan, [](const std::string& node) { return "#include \"" + node + ".h\"\n"; });
}

void add_lines(const PluginPlan& plan, Names& names) {
  names["FILE_ROWS"] = for_each_node(plan, [&](const std::string& node) {
    return "| `src/" + node + ".cpp` | the node type `" + plan.name + "." + node + "` |\n| `tests/" + node +
           "_test.cpp` | its test, through the one-node runner |\n| `graphs/" + node + ".json` | a graph that uses it |\n";
  });
  names["RUN_LINES"] = for_each_node(plan, [](const std::string& node) {
    return "flowrun run graphs/" + node + ".json --plugin-path build/lib/flowrun/plugins --out out\n";
  });
  names["PROGRAM_TESTS"] =
      "  add_test(NAME contract COMMAND $<TARGET_FILE:flowrun::program> check-plugin $<TARGET_FILE:flowrun_plugin_" + plan.name +
      ">)\n";
  names["PROGRAM_TESTS"] += for_each_node(plan, graph_test_line);
}

void add_library_names(const PluginPlan& plan, Names& names) {
  const bool any = !plan.library.empty();
  const std::string package = plan.library == "itk" ? "libinsighttoolkit5-dev" : "libtorch-dev";
  names["LIBRARY"] = any ? plugin_templates().at(plan.library + "/use.cmake") : "";
  names["LINKS"] = any ? " LINKS plugin_library" : "";
  names["TEST_LINKS"] = any ? " plugin_library" : "";
  names["LIBRARY_PACKAGES"] = any ? ", and `" + package + "`" : "";
  names["WORKFLOW_PACKAGES"] = any ? " " + package : "";
}

Names names_of(const PluginPlan& plan) {
  const std::string version = FLOWRUN_VERSION;
  Names names{{"PLUGIN", plan.name}, {"FLOWRUN_VERSION", version.substr(0, version.rfind('.'))}};
  add_node_names(plan, names);
  add_lines(plan, names);
  add_library_names(plan, names);
  return names;
}

bool is_snake_case(const std::string& word) {
  const auto lower = [](char c) { return c >= 'a' && c <= 'z'; };
  return !word.empty() && lower(word[0]) &&
         std::all_of(word.begin(), word.end(), [&](char c) { return lower(c) || (c >= '0' && c <= '9') || c == '_'; });
}

std::string name_fault(const std::string& what, const std::string& name, const std::set<std::string>& taken) {
  constexpr std::size_t kLongest = 40;
  if (!is_snake_case(name))
    return what + " '" + name + "' is not in snake_case: a lower-case letter, then lower-case letters, digits and '_'";
  if (name.size() > kLongest) return what + " '" + name + "' is longer than " + std::to_string(kLongest) + " letters";
  if (taken.count(name) != 0) return what + " '" + name + "' is taken; choose another";
  return "";
}

std::string word_fault(const std::string& option, const std::string& word, const std::vector<std::string>& known) {
  if (std::find(known.begin(), known.end(), word) != known.end()) return "";
  return option + " takes " + joined(known, ", ") + "; found '" + word + "'" + did_you_mean(word, known);
}

}  // namespace

const std::vector<std::string>& plugin_kinds() {
  static const std::vector<std::string> kKinds{"map", "stream", "collect", "source", "sink"};
  return kKinds;
}

const std::vector<std::string>& plugin_libraries() {
  static const std::vector<std::string> kLibraries{"itk", "torch"};
  return kLibraries;
}

const std::vector<std::string>& plugin_languages() {
  static const std::vector<std::string> kLanguages{"c++", "python"};
  return kLanguages;
}

std::string graph_test_line(const std::string& node) {
  return "  add_test(NAME graph_" + node + " COMMAND $<TARGET_FILE:flowrun::program> run ${CMAKE_SOURCE_DIR}/graphs/" + node +
         ".json\n    --plugin-path ${CMAKE_BINARY_DIR}/lib/flowrun/plugins --out ${CMAKE_BINARY_DIR}/out)\n";
}

std::string default_node(const PluginPlan& plan) {
  static const std::map<std::string, std::string> kNames{
      {"map", "scale"}, {"stream", "take_apart"}, {"collect", "mean"}, {"source", "ramp"}, {"sink", "write_mean"}};
  if (plan.kind == "map" && plan.library == "itk") return "smooth";
  if (plan.kind == "map" && plan.library == "torch") return "squash";
  const auto known = kNames.find(plan.kind);
  return known == kNames.end() ? "" : known->second;
}

std::vector<std::string> plan_faults(const PluginPlan& plan) {
  std::vector<std::string> faults{name_fault("the plugin's name", plan.name, {"flowrun"}),
                                  word_fault("--kind", plan.kind, plugin_kinds())};
  if (!plan.library.empty()) faults.push_back(word_fault("--with", plan.library, plugin_libraries()));
  faults.push_back(word_fault("--language", plan.language, plugin_languages()));
  if (plan.language == "python" && (plan.kind != "map" || !plan.library.empty()))
    faults.push_back("--language python makes nodes of the kind map, without --with; other kinds are written in C++");
  std::set<std::string> taken{"plugin", "itk_volume", "torch_volume"};  // files of the plugin have these names
  for (const std::string& node : plan.nodes) {
    if (node.empty()) continue;  // of an unknown kind no node has a default name
    faults.push_back(name_fault("the node name", node, taken));
    taken.insert(node);
  }
  std::erase(faults, "");
  return faults;
}

/// One source and one test for all its nodes.
static std::map<std::string, std::string> python_files(const PluginPlan& plan) {
  Names names = names_of(plan);
  const auto text = [&](const std::string& from) { return filled(plugin_templates().at("python/" + from), names); };
  std::map<std::string, std::string> files{{"README.md", text("README.md")}, {".gitignore", "__pycache__/\n*.py.json\nout/\n"}};
  std::string source = text("head.py"), test = text("head_test.py");
  for (const std::string& node : plan.nodes) {
    names["NODE"] = node;
    source += text("node.py");
    test += text("node_test.py");
    files["graphs/" + node + ".json"] = text("graph.json");
  }
  files[plan.name + ".py"] = source;
  files["test_" + plan.name + ".py"] = test;
  return files;
}

std::map<std::string, std::string> plugin_files(const PluginPlan& plan) {
  if (plan.language == "python") return python_files(plan);
  Names names = names_of(plan);
  std::map<std::string, std::string> files;
  const auto add = [&](const std::string& file, const std::string& from) {
    files[file] = filled(plugin_templates().at(from), names);
  };
  add("CMakeLists.txt", "common/CMakeLists.txt");
  add("README.md", "common/README.md");
  add(".gitignore", "common/gitignore");
  add(".clang-format", "common/clang-format");
  add(".github/workflows/build.yml", "common/workflow.yml");
  add("src/plugin.cpp", "common/plugin.cpp");
  add("tests/main.cpp", "common/tests_main.cpp");
  if (!plan.library.empty()) {
    add("src/" + plan.library + "_volume.h", plan.library + "/helper.h");
    add("tests/" + plan.library + "_volume_test.cpp", plan.library + "/helper_test.cpp");
  }
  const std::string folder = plan.kind == "map" && !plan.library.empty() ? plan.library : plan.kind;
  for (const std::string& node : plan.nodes) {
    names["NODE"] = node;
    names["CLASS"] = class_name(node);
    add("src/" + node + ".h", "common/node.h");
    add("src/" + node + ".cpp", folder + "/node.cpp");
    add("tests/" + node + "_test.cpp", folder + "/node_test.cpp");
    add("graphs/" + node + ".json", folder + "/graph.json");
  }
  return files;
}

}  // namespace flowrun
