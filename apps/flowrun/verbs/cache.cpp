#include "verbs/cache.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>
#include <optional>

#include "flowrun/host/kept_results.h"
#include "flowrun/host/text.h"
#include "flowrun/sdk/error.h"
#include "system/exit_status.h"
#include "terminal/text_layout.h"

namespace flowrun {
namespace {

struct CacheCommand {
  std::string action = "list";
  std::string folder;  ///< empty: the usual one
  std::string to;      ///< bytes that may stay
};

struct Group {
  std::size_t results = 0;
  std::int64_t bytes = 0;
  double seconds = 0;
};

std::filesystem::path folder_of(const CacheCommand& command) {
  const std::filesystem::path folder = command.folder.empty() ? usual_results_folder() : std::filesystem::path(command.folder);
  std::error_code unknown;
  if (!command.folder.empty() && !std::filesystem::is_directory(folder, unknown))
    throw Error("--cache: there is no folder '" + command.folder + "'");
  if (folder.empty())
    throw Error("there is no folder of kept results: FLOWRUN_CACHE is off, or there is no home; give --cache DIR");
  return folder;
}

int list(const std::filesystem::path& folder) {
  std::map<std::string, Group> groups;  // by node type
  Group all;
  for (const KeptResult& result : kept_results_in(folder)) {
    for (Group* group : {&groups[result.type.empty() ? "(damaged)" : result.type], &all}) {
      ++group->results;
      group->bytes += result.bytes;
      group->seconds += result.seconds;
    }
  }
  fmt::print("{}: {}, {}, {} of work\n", printable(folder.string()), count_text(all.results, "result"), bytes_text(all.bytes),
             duration_text(all.seconds));
  if (groups.empty()) return kAllDone;
  TextTable table({Align::left, Align::right, Align::right, Align::right});
  table.add({"type", "results", "size", "work"});
  for (const auto& [type, group] : groups)
    table.add({printable(type), std::to_string(group.results), bytes_text(group.bytes), duration_text(group.seconds)});
  fmt::print("{}", table.text());
  return kAllDone;
}

int cache(const CacheCommand& command) {
  const std::filesystem::path folder = folder_of(command);
  if (command.action == "list") return list(folder);
  if (command.action != "clear") throw WrongUse{"'cache' takes list or clear, not '" + command.action + "'"};
  const auto most = command.to.empty() ? std::optional<std::int64_t>(0) : bytes_in(command.to);
  if (!most) throw WrongUse{"--to takes a number of bytes as 500M or 2G, not '" + command.to + "'"};
  const std::int64_t before = shrink_kept_results(folder, std::numeric_limits<std::int64_t>::max());
  const std::int64_t left = shrink_kept_results(folder, *most);
  fmt::print("removed {}; {} are left in {}\n", bytes_text(before - left), bytes_text(left), printable(folder.string()));
  return kAllDone;
}

}  // namespace

Verb cache_verb(CLI::App& app) {
  Verb verb(app, "cache", "list and remove the results that runs have kept",
            "  flowrun cache                    how many there are of each node type, and their size\n"
            "  flowrun cache clear              remove all of them\n"
            "  flowrun cache clear --to 2G      remove those used longest ago, until 2 GiB are left\n\n"
            "Exit status: 0 done, 2 the command line is wrong or --cache names no folder.");
  CacheCommand& command = verb.carried_out_by(cache);
  verb.optional_argument("ACTION", command.action, "list or clear [list]");
  verb.option("--cache", command.folder, "DIR", "the folder [$FLOWRUN_CACHE, or ~/.cache/flowrun]");
  verb.option("--to", command.to, "BYTES", "of clear: how much may stay, as 2G [0]");
  return verb;
}

}  // namespace flowrun
