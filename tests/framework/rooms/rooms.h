#pragma once

#include <map>
#include <set>
#include <string>

namespace flowrun::testing {

/// What an include names.
struct Target {
  enum class Kind { standard, system, third_party, sdk, host, testing, room, common, plugin, app, tests, sibling, unknown };
  Kind kind = Kind::unknown;
  std::string name;  ///< "registry", "torch", "boost_dll"... of a room, common folder, plugin or third party
};

/// Where a file stands.
struct Room {
  enum class Kind { sdk_header, host_header, testing_header, framework, common, plugin, app, python, tests, unknown };
  Kind kind = Kind::unknown;
  std::string name;  ///< "report" of apps/flowrun/report, "" of apps/flowrun; "registry" of framework/src/registry, tests/framework/registry; "io" of plugins/io, tests/plugins/io
};

Room room_of(const std::string& file);

/// Classifies by the path alone: "json/json.h" is a room's, "common/torch/x.h" a common folder's.
Target target_of(const std::string& include, bool quoted);

/// The same within an application, whose rooms are folders: "report/html.h".
Target target_in_app(const std::string& include, bool quoted);

/// The rooms of the program that a room of it may include. "": beside main.cpp, which may include them all.
const std::map<std::string, std::set<std::string>>& app_rooms();

/// The room of the framework that implements a host header; empty: none is known to.
std::string room_of_host_header(const std::string& include);

/// The third parties that a room of the framework may include.
const std::set<std::string>& third_parties_of(const std::string& framework_room);

}  // namespace flowrun::testing
