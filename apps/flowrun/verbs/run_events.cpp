#include "verbs/run_events.h"

#include <fmt/format.h>

#include "flowrun/host/text.h"
#include "report/run_page.h"
#include "system/crash_guard.h"

namespace flowrun {
namespace {

/// A node's line, of which its plugin says what it wants.
std::string line_text(std::string_view node, std::string_view case_name, std::string_view line) {
  constexpr std::size_t kLongest = 300;
  const std::string of = case_name.empty() ? std::string(node) : fmt::format("{}, case {}", node, case_name);
  return of + ": " + shortened(line, kLongest);
}

RunResult watched(Run& run, const std::vector<Case>& cases, std::size_t done_before, bool quiet, Interrupts& interrupts,
                  Announcer& announcer) {
  ProgressDisplay display(run, quiet ? ProgressStyle::none : ProgressDisplay::fitting_style(),
                          static_cast<std::int64_t>(done_before));
  announcer.show_on(&display);
  if (!quiet) run.on_line([&display](auto... of_line) { display.say(line_text(of_line...)); });
  interrupts.watch(run, [&display](const std::string& line) { display.say(line); });
  RunResult result = run.execute(cases);
  interrupts.unwatch();
  announcer.show_on(nullptr);
  return result;
}

}  // namespace

CohortEvents events_of_run(const WatchedRun& of, Interrupts& interrupts, Announcer& announcer) {
  CohortEvents events;
  events.say = [of, &announcer](Weight weight, const std::string& sentence) {
    const bool serious = weight == Weight::warning || weight == Weight::error;
    if (!of.quiet || weight != Weight::detail) announcer.say(word_of(weight) + (serious ? printable(of.where) : "") + sentence);
  };
  events.execute = [of, &interrupts, &announcer](Run& run, const std::vector<Case>& cases, std::size_t done_before) {
    return watched(run, cases, done_before, of.quiet, interrupts, announcer);
  };
  events.guard = [out = of.out](const ValidatedGraph& graph, const std::vector<Case>& cases, const std::string& word) {
    return std::make_shared<CrashGuard>(out, graph, cases, word);
  };
  if (!of.no_report) events.page = page_of_run();
  return events;
}

}  // namespace flowrun
