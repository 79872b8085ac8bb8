#include "terminal/time_left.h"

#include <algorithm>
#include <map>
#include <utility>

namespace flowrun {
namespace {

constexpr double kWeighedSeconds = 5;  ///< a firing that has run for less says little: other nodes take longer
constexpr double kTooLittleToTell = 0.02;
constexpr double kMostByAge = 0.9;  ///< a case may take longer than the others did

/// Share of each running case's work that is done, as reported: the mean over its streams of known length and its long firings.
std::map<std::string, double> told_shares(const Progress& progress) {
  std::map<std::string, std::pair<double, int>> sums;
  const auto add = [&](const std::string& name, double share) {
    auto& [sum, count] = sums[name];
    sum += std::min(1.0, share);
    ++count;
  };
  for (const Progress::Stream& stream : progress.streams)
    if (stream.expected > 0) add(stream.case_name, static_cast<double>(stream.done) / static_cast<double>(stream.expected));
  for (const Progress::Firing& firing : progress.firings)
    if (!firing.case_name.empty() && firing.seconds >= kWeighedSeconds) add(firing.case_name, firing.fraction);
  std::map<std::string, double> shares;
  for (const auto& [name, sum] : sums) shares[name] = sum.first / sum.second;
  return shares;
}

double mean_done_seconds(const Progress& progress) {
  return progress.cases_done ? progress.done_case_seconds / static_cast<double>(progress.cases_done) : 0;
}

/// Cases that have failed, in units of a case that is done: those that fail while they are read take next to nothing, and say
/// little of how long the others will take.
double weight_of_failed(const Progress& progress) {
  const double mean = mean_done_seconds(progress);
  const auto count = static_cast<double>(progress.cases_failed);
  return mean > 0 ? std::min(count, progress.failed_case_seconds / mean) : count;
}

double work_of_running(const Progress& progress) {
  const double mean = mean_done_seconds(progress);
  std::map<std::string, double> shares = told_shares(progress);
  if (mean > 0)
    for (const Progress::RunningCase& running : progress.running)
      shares.try_emplace(running.name, std::min(kMostByAge, running.seconds / mean));
  double work = 0;
  for (const auto& [name, share] : shares) work += share;
  return work;
}

double seconds_left_of_cases(const Progress& progress) {
  const auto total = static_cast<double>(progress.cases_total);
  const double running = work_of_running(progress);
  const double done = static_cast<double>(progress.cases_done) + weight_of_failed(progress) + running;
  const double left = total - static_cast<double>(progress.cases_done + progress.cases_failed) - running;
  if (total <= 0 || left <= 0 || done < kTooLittleToTell * total || progress.seconds < 1) return -1;
  return progress.seconds * left / done;
}

/// By what the long firings say of themselves.
double seconds_left_of_firings(const Progress& progress) {
  double left = -1;
  for (const Progress::Firing& firing : progress.firings)
    if (firing.seconds >= kWeighedSeconds && firing.fraction >= kTooLittleToTell)
      left = std::max(left, firing.seconds * (1 - firing.fraction) / firing.fraction);
  return left;
}

}  // namespace

double seconds_left(const Progress& progress) {
  const double of_cases = seconds_left_of_cases(progress), of_firings = seconds_left_of_firings(progress);
  const bool cases_wait = progress.cases_done + progress.cases_failed + progress.cases_running < progress.cases_total;
  return of_cases < 0 && cases_wait ? -1 : std::max(of_cases, of_firings);
}

}  // namespace flowrun
