#include "flowrun/host/graph_check.h"

#include <fmt/format.h>

#include <algorithm>

#include "flowrun/sdk/error.h"

namespace flowrun {
FoundPlugins find_plugins(const std::vector<std::string>& plugin_paths) {
  FoundPlugins found;
  Registry& registry = found.registry;
  std::vector<std::filesystem::path> folders, places;
  for (const std::string& path : plugin_paths) {
    std::error_code unused;
    if (std::filesystem::is_directory(path, unused)) folders.emplace_back(path);
    else if (std::filesystem::is_regular_file(path, unused)) registry.add_library(path), places.emplace_back(path);
    else throw Error("--plugin-path '" + path + "' is neither a folder nor a file");
  }
  for (const auto& folder : named_plugin_folders(folders)) registry.scan(folder);
  registry.scan(own_plugin_folder(), Unknown::refused);  // its plugins came with their manifests
  for (const auto& folder : plugin_search_path(folders)) places.push_back(folder);
  found.warning = writable_by_others(places);
  return found;
}

std::vector<std::pair<std::string, std::string>> assignments(const std::vector<std::string>& words, const std::string& option,
                                                             Diagnostics& faults) {
  std::vector<std::pair<std::string, std::string>> found;
  for (const std::string& word : words) {
    const std::size_t equals = word.find('=');
    if (equals == std::string::npos || equals == 0) {
      faults.error({}, fmt::format("{} takes name=value, not '{}'", option, word));
      continue;
    }
    const std::string name = word.substr(0, equals);
    const bool repeated = std::any_of(found.begin(), found.end(), [&](const auto& pair) { return pair.first == name; });
    if (repeated) faults.error({}, fmt::format("{} gives '{}' twice", option, name));
    else found.emplace_back(name, word.substr(equals + 1));
  }
  return found;
}

void add_fault(Diagnostics& faults, Severity severity, const SourceLocation& place, const std::string& message) {
  if (severity == Severity::error) faults.error(place, message);
  else faults.warning(place, message);
}

CheckedGraph check_graph(const std::string& file, const std::vector<std::string>& settings, const Registry& registry,
                         Diagnostics& faults, Files files) {
  Settings set;
  set.files_must_exist = files == Files::must_exist;
  for (auto& [name, value] : assignments(settings, "--set", faults)) set.values[name] = value;
  Diagnostics of_graph;  // separate: a fault of the command line is no reason to leave the cases unchecked
  CheckedGraph checked;
  checked.spec = load_graph(file, of_graph);
  if (checked.spec) checked.graph = validate(*checked.spec, registry, set, of_graph);
  for (const Diagnostic& fault : of_graph.all()) add_fault(faults, fault.severity, fault.place, fault.message);
  return checked;
}

}  // namespace flowrun
