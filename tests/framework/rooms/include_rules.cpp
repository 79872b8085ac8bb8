#include "include_rules.h"

#include <algorithm>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include "rooms.h"

namespace flowrun::testing {
namespace {

using Kind = Target::Kind;

/// The text with comments made blank, line by line as before. A quote or slash within a string literal is not looked at twice:
/// sources have no "/*" in literals on the same line as an #include.
std::string without_comments(const std::string& text) {
  std::string clean = text;
  for (std::size_t at = 0; at + 1 < clean.size(); ++at) {
    const bool line = clean.compare(at, 2, "//") == 0, block = clean.compare(at, 2, "/*") == 0;
    if (clean[at] == '"') {
      const std::size_t end = clean.find_first_of("\"\n", at + 1);
      at = end == std::string::npos ? clean.size() : end;
    } else if (line || block) {
      std::size_t end = clean.find(line ? "\n" : "*/", at);
      end = end == std::string::npos ? clean.size() : end + (block ? 2 : 0);
      std::transform(clean.begin() + static_cast<std::ptrdiff_t>(at), clean.begin() + static_cast<std::ptrdiff_t>(end),
                     clean.begin() + static_cast<std::ptrdiff_t>(at), [](char c) { return c == '\n' ? c : ' '; });
    }
  }
  return clean;
}

/// A framework room's sources: sdk, host, its own room and its one third party; json where the table says so.
std::string framework_rule(const std::string& room, const Target& target) {
  if (target.kind == Kind::sdk || target.kind == Kind::system || target.kind == Kind::sibling) return "";
  if (target.kind == Kind::host) return room == "sdk" ? "the sdk room includes no host header" : "";
  if (target.kind == Kind::testing) return room == "testing" ? "" : "only tests and applications include the testing headers";
  if (target.kind == Kind::room) {
    static const std::set<std::string> kReadJson{"spec",    "registry", "packets",  "records",
                                                 "results", "cohort",   "timeline", "testing"};
    if (target.name == room || (target.name == "json" && kReadJson.contains(room))) return "";
    return "the " + room + " room includes nothing of the " + target.name + " room";
  }
  if (target.kind == Kind::third_party && third_parties_of(room).count(target.name) != 0) return "";
  return "the " + room + " room may include the standard library, sdk, host and its own third party only";
}

/// Whether a folder of plugins/common is the room of a third party; most are of none.
bool common_has(const std::string& folder, const std::string& third_party) {
  if (folder == "torch") return third_party == "torch" || third_party == "openssl";
  if (folder == "network") return third_party == "nlohmann";
  return folder == "picture" && third_party == "png";
}

std::string common_rule(const std::string& folder, const Target& target) {
  switch (target.kind) {
    case Kind::sdk:
    case Kind::system:
    case Kind::sibling:
      return "";
    case Kind::common:
      return target.name == folder || (folder == "torch" && target.name == "pickle") ||
                     (folder == "network" && target.name == "grid")
                 ? ""
                 : "plugins/common/" + folder + " includes nothing of plugins/common/" + target.name;
    case Kind::third_party:
      return common_has(folder, target.name)
                 ? ""
                 : "in plugins/common, torch includes LibTorch and OpenSSL, network nlohmann/json and picture libpng; no other "
                   "third party is included there";
    default:
      return "plugins/common may include the standard library and sdk only";
  }
}

std::string plugin_rule(const Target& target) {
  switch (target.kind) {
    case Kind::sdk:
    case Kind::system:
    case Kind::sibling:
    case Kind::common:
      return "";
    case Kind::host:
      return "a plugin includes no host header";
    case Kind::testing:
      return "a plugin includes no testing header";
    case Kind::third_party:
      return target.name == "tbb" ? "a plugin includes no TBB: threads are the engine's" : "";
    case Kind::plugin:
      return "a plugin includes no sibling plugin";
    case Kind::room:
      return "a plugin includes nothing of the framework's rooms";
    default:
      return "a plugin may include the standard library, sdk, plugins/common and its own third parties only";
  }
}

bool app_has(const std::string& room, const std::string& third_party) {
  if (third_party == "cli11") return room == "verbs" || room.empty();
  return third_party == "fmt" || (third_party == "png" && room == "report") || (third_party == "zlib" && room == "viewer");
}

std::string app_rule(const std::string& room, const Target& target) {
  switch (target.kind) {
    case Kind::sdk:
    case Kind::host:
    case Kind::testing:
    case Kind::system:
    case Kind::sibling:
      return "";
    case Kind::third_party:
      return app_has(room, target.name)
                 ? ""
                 : "of third parties an application may include fmt, CLI11 in verbs, libpng in report and zlib in viewer only";
    case Kind::app:
      return target.name == room || app_rooms().at(room).contains(target.name)
                 ? ""
                 : "apps/flowrun/" + room + " includes nothing of apps/flowrun/" + target.name;
    case Kind::plugin:
    case Kind::common:
      return "an application includes nothing of a plugin";
    case Kind::room:
      return "an application includes nothing of the framework's rooms";
    default:
      return "an application may include the standard library, sdk and host only";
  }
}

std::string python_rule(const Target& target) {
  const bool allowed = target.kind == Kind::sdk || target.kind == Kind::host || target.kind == Kind::sibling ||
                       (target.kind == Kind::third_party && target.name == "pybind11");
  return allowed ? "" : "the Python package may include the standard library, sdk, host and pybind11 only";
}

/// Internals only in the folder that mirrors them: registry/ in tests/framework/registry, io/ in tests/plugins/io. The fuzz
/// targets hand bytes to readers of every room.
std::string tests_rule(const Include& include, const std::string& folder, const Target& target) {
  const bool of_framework = include.file.rfind("tests/framework/", 0) == 0;
  const bool of_plugin = include.file.rfind("tests/plugins/", 0) == 0;
  const bool internal = target.kind == Kind::room || target.kind == Kind::app || target.kind == Kind::plugin;
  if (folder == "fuzz" && internal) return "";
  if (target.kind == Kind::room && !(of_framework && target.name == folder) && !(of_framework && target.name == "json"))
    return "only tests/framework/" + target.name + " includes internals of the " + target.name + " room";
  if (target.kind == Kind::app && folder != "apps") return "only tests/apps includes internals of an application";
  if (target.kind == Kind::plugin && !(of_plugin && target.name == folder))
    return "only tests/plugins/" + target.name + " includes internals of plugin " + target.name;
  return target.kind == Kind::unknown ? "this header is in no list of tests/framework/rooms/rooms.cpp" : "";
}

}  // namespace

std::vector<Include> includes_of(const std::string& file, const std::string& text) {
  static const std::regex kInclude(R"(^\s*#\s*include\s*([<"])([^>"]+)[>"].*)");
  std::vector<Include> found;
  std::istringstream lines(without_comments(text));
  int number = 0;
  for (std::string line; std::getline(lines, line);) {
    ++number;
    std::smatch match;
    if (line.find('#') != std::string::npos && std::regex_match(line, match, kInclude))
      found.push_back({file, number, match[2], match[1] == "\""});
  }
  return found;
}

std::string broken_rule(const Include& include) {
  const Room room = room_of(include.file);
  const bool of_app = room.kind == Room::Kind::app || (room.kind == Room::Kind::tests && room.name == "apps");
  Target target = of_app ? target_in_app(include.target, include.quoted) : target_of(include.target, include.quoted);
  if (include.is_sibling) target = {Kind::sibling, ""};
  if (target.kind == Kind::standard) return "";
  switch (room.kind) {
    case Room::Kind::sdk_header:
      return target.kind == Kind::sdk ? "" : "an sdk header may include the standard library and sdk only";
    case Room::Kind::host_header:
      return target.kind == Kind::sdk || target.kind == Kind::host
                 ? ""
                 : "a host header may include the standard library, sdk and host only";
    case Room::Kind::testing_header:
      return target.kind == Kind::sdk || target.kind == Kind::host || target.kind == Kind::testing
                 ? ""
                 : "a testing header may include the standard library, sdk, host and testing only";
    case Room::Kind::framework:
      return framework_rule(room.name, target);
    case Room::Kind::common:
      return common_rule(room.name, target);
    case Room::Kind::plugin:
      return plugin_rule(target);
    case Room::Kind::app:
      return app_rooms().contains(room.name) ? app_rule(room.name, target)
                                             : "this folder is no room of the program that the rules know";
    case Room::Kind::python:
      return python_rule(target);
    case Room::Kind::tests:
      return tests_rule(include, room.name, target);
    case Room::Kind::unknown:
      break;
  }
  return "this file stands in no room that the rules know";
}

std::vector<Include> includes_of_tree(const std::filesystem::path& project) {
  namespace fs = std::filesystem;
  std::vector<Include> all;
  for (const char* part : {"framework", "plugins", "apps", "tests"}) {
    if (!fs::is_directory(project / part)) continue;
    for (const auto& entry : fs::recursive_directory_iterator(project / part)) {
      const fs::path& file = entry.path();
      if (file.extension() != ".h" && file.extension() != ".cpp") continue;
      std::ostringstream text;
      text << std::ifstream(file).rdbuf();
      for (Include& include : includes_of(fs::relative(file, project).generic_string(), text.str())) {
        const bool climbs = include.target.find("..") != std::string::npos;
        include.is_sibling = include.quoted && !climbs && fs::exists(file.parent_path() / include.target);
        all.push_back(std::move(include));
      }
    }
  }
  return all;
}

}  // namespace flowrun::testing
