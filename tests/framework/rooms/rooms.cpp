#include "rooms.h"

#include <array>
#include <string_view>
#include <utility>
#include <vector>

namespace flowrun::testing {
namespace {

using Kind = Target::Kind;

bool starts_with(std::string_view text, std::string_view start) { return text.substr(0, start.size()) == start; }

/// The folder after `start`: "io" of "plugins/io/x.cpp" and "plugins/".
std::string folder_after(const std::string& path, const std::string& start) {
  const std::size_t end = path.find('/', start.size());
  return end == std::string::npos ? "" : path.substr(start.size(), end - start.size());
}

const std::set<std::string>& standard_headers() {
  static const std::set<std::string> kHeaders{"algorithm",
                                              "any",
                                              "array",
                                              "atomic",
                                              "barrier",
                                              "bit",
                                              "bitset",
                                              "cassert",
                                              "cctype",
                                              "cerrno",
                                              "cfenv",
                                              "cfloat",
                                              "charconv",
                                              "chrono",
                                              "cinttypes",
                                              "climits",
                                              "clocale",
                                              "cmath",
                                              "codecvt",
                                              "compare",
                                              "complex",
                                              "concepts",
                                              "condition_variable",
                                              "coroutine",
                                              "csetjmp",
                                              "csignal",
                                              "cstdarg",
                                              "cstddef",
                                              "cstdint",
                                              "cstdio",
                                              "cstdlib",
                                              "cstring",
                                              "ctime",
                                              "cuchar",
                                              "cwchar",
                                              "cwctype",
                                              "deque",
                                              "exception",
                                              "execution",
                                              "filesystem",
                                              "format",
                                              "forward_list",
                                              "fstream",
                                              "functional",
                                              "future",
                                              "initializer_list",
                                              "iomanip",
                                              "ios",
                                              "iosfwd",
                                              "iostream",
                                              "istream",
                                              "iterator",
                                              "latch",
                                              "limits",
                                              "list",
                                              "locale",
                                              "map",
                                              "memory",
                                              "memory_resource",
                                              "mutex",
                                              "new",
                                              "numbers",
                                              "numeric",
                                              "optional",
                                              "ostream",
                                              "queue",
                                              "random",
                                              "ranges",
                                              "ratio",
                                              "regex",
                                              "scoped_allocator",
                                              "semaphore",
                                              "set",
                                              "shared_mutex",
                                              "source_location",
                                              "span",
                                              "sstream",
                                              "stack",
                                              "stdexcept",
                                              "stop_token",
                                              "streambuf",
                                              "string",
                                              "string_view",
                                              "syncstream",
                                              "system_error",
                                              "thread",
                                              "tuple",
                                              "type_traits",
                                              "typeindex",
                                              "typeinfo",
                                              "unordered_map",
                                              "unordered_set",
                                              "utility",
                                              "valarray",
                                              "variant",
                                              "vector",
                                              "version",
                                              "stdint.h",
                                              "stddef.h",
                                              "stdio.h",
                                              "stdlib.h",
                                              "string.h",
                                              "math.h",
                                              "errno.h",
                                              "signal.h"};
  return kHeaders;
}

const std::set<std::string>& system_headers() {
  static const std::set<std::string> kHeaders{
      "arpa/inet.h", "cxxabi.h", "dirent.h", "dlfcn.h", "elf.h",     "fcntl.h", "grp.h",   "netinet/in.h", "pwd.h",   "fnmatch.h",
      "link.h",      "malloc.h", "poll.h",   "pty.h",   "pthread.h", "sched.h", "spawn.h", "termios.h",    "unistd.h"};
  return kHeaders;
}

/// The first start that fits counts, so the special stands before the general.
std::string third_party_of(const std::string& include) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 26> kStarts{{
      {"nlohmann/", "nlohmann"},
      {"boost/dll", "boost_dll"},
      {"boost/graph/", "boost_graph"},
      {"boost/property_map/", "boost_graph"},
      {"boost/", "boost"},
      {"oneapi/tbb", "tbb"},
      {"tbb/", "tbb"},
      {"torch/", "torch"},
      {"ATen/", "torch"},
      {"c10/", "torch"},
      {"caffe2/", "torch"},
      {"itk", "itk"},
      {"gdcm", "itk"},
      {"doctest/", "doctest"},
      {"CLI/", "cli11"},
      {"fmt/", "fmt"},
      {"spdlog/", "fmt"},
      {"png.h", "png"},
      {"zlib.h", "zlib"},
      {"openssl/", "openssl"},
      {"zstd.h", "zstd"},
      {"benchmark/", "benchmark"},
      {"pybind11/", "pybind11"},
      {"Eigen/", "eigen"},
      {"hdf5", "hdf5"},
      {"cuda", "torch"},
  }};
  for (const auto& [start, name] : kStarts)
    if (starts_with(include, start)) return std::string(name);
  return "";
}

const std::set<std::string>& framework_rooms() {
  static const std::set<std::string> kRooms{"cohort",   "diagnostics", "json",     "packets", "process", "records",
                                            "registry", "results",  "schedule",    "scripts",  "sdk",     "session", "spec",
                                            "testing",  "text",        "timeline", "validate"};
  return kRooms;
}

Target own_target(const std::string& include) {
  if (starts_with(include, "flowrun/sdk/")) return {Kind::sdk, ""};
  if (starts_with(include, "flowrun/host/")) return {Kind::host, ""};
  if (starts_with(include, "flowrun/testing/")) return {Kind::testing, ""};
  if (starts_with(include, "common/")) return {Kind::common, folder_after(include, "common/")};
  if (starts_with(include, "flowrun/")) return {Kind::app, "flowrun"};
  const std::string first = folder_after(include, "");
  if (framework_rooms().count(first) != 0) return {Kind::room, first};
  static const std::set<std::string> kTestFolders{"support", "abi", "bad_plugins", "conformance",
                                                  "graphs",  "cli", "plugins",     "bench"};
  if (kTestFolders.count(first) != 0) return {Kind::tests, first};
  if (!first.empty()) return {Kind::plugin, first};
  return {};
}

}  // namespace

Room room_of(const std::string& file) {
  if (starts_with(file, "framework/include/flowrun/sdk/")) return {Room::Kind::sdk_header, ""};
  if (starts_with(file, "framework/include/flowrun/host/")) return {Room::Kind::host_header, ""};
  if (starts_with(file, "framework/include/flowrun/testing/")) return {Room::Kind::testing_header, ""};
  if (starts_with(file, "framework/src/")) return {Room::Kind::framework, folder_after(file, "framework/src/")};
  if (starts_with(file, "plugins/common/")) return {Room::Kind::common, folder_after(file, "plugins/common/")};
  if (starts_with(file, "plugins/")) return {Room::Kind::plugin, folder_after(file, "plugins/")};
  if (starts_with(file, "apps/flowrun/")) return {Room::Kind::app, folder_after(file, "apps/flowrun/")};
  if (starts_with(file, "apps/python/cpp/")) return {Room::Kind::python, ""};
  for (const std::string start : {"tests/framework/", "tests/plugins/", "tests/"})
    if (starts_with(file, start)) return {Room::Kind::tests, folder_after(file, start)};
  return {};
}

Target target_of(const std::string& include, bool quoted) {
  if (quoted) return own_target(include);
  if (standard_headers().count(include) != 0) return {Kind::standard, ""};
  if (system_headers().count(include) != 0 || starts_with(include, "sys/") || starts_with(include, "linux/"))
    return {Kind::system, ""};
  if (std::string name = third_party_of(include); !name.empty()) return {Kind::third_party, std::move(name)};
  return {};
}

Target target_in_app(const std::string& include, bool quoted) {
  const std::string room = folder_after(include, "");
  return quoted && app_rooms().contains(room) && !room.empty() ? Target{Kind::app, room} : target_of(include, quoted);
}

const std::map<std::string, std::set<std::string>>& app_rooms() {
  static const std::map<std::string, std::set<std::string>> kRooms{
      {"terminal", {}},
      {"report", {"terminal"}},
      {"system", {"terminal"}},
      {"authoring", {"system", "terminal"}},
      {"viewer", {"report"}},
      {"verbs", {"authoring", "report", "system", "terminal", "viewer"}},
      {"", {"system", "terminal", "verbs"}},
  };
  return kRooms;
}

std::string room_of_host_header(const std::string& include) {
  static const std::map<std::string, std::vector<std::string>> kHeaders{
      {"cohort",
       {"case_row", "cohort", "crash_record", "critical_path", "crossval", "found_cases", "graph_check", "merge",
        "own_file", "run_lock", "run_report", "written_file"}},
      {"diagnostics", {"diagnostic"}},
      {"packets", {"isolation", "replay", "split_graph"}},
      {"process", {"child_process"}},
      {"records", {"case_record", "case_recorder", "comparison", "file_stamps", "run_record"}},
      {"registry", {"linked_libraries", "memory_limits", "registry"}},
      {"results", {"kept_results"}},
      {"schedule", {"kept_packet", "node_results", "running_calls", "runtime"}},
      {"scripts", {"scripts"}},
      {"session", {"session"}},
      {"spec", {"bids", "cross_plan", "graph_files", "graph_form", "graph_spec"}},
      {"text", {"text"}},
      {"timeline", {"trace"}},
      {"validate", {"contained", "file_content", "validated_graph"}}};
  for (const auto& [room, headers] : kHeaders)
    for (const std::string& header : headers)
      if (include == "flowrun/host/" + header + ".h") return room;
  return "";
}

const std::set<std::string>& third_parties_of(const std::string& framework_room) {
  static const std::map<std::string, std::set<std::string>> kAllowed{
      {"cohort", {"fmt"}},           {"json", {"nlohmann"}}, {"text", {"fmt"}},       {"registry", {"boost_dll"}},
      {"validate", {"boost_graph"}}, {"schedule", {"tbb"}},  {"records", {"openssl"}},
      {"results", {"zstd"}}};
  static const std::set<std::string> kNone;
  const auto found = kAllowed.find(framework_room);
  return found == kAllowed.end() ? kNone : found->second;
}

}  // namespace flowrun::testing
