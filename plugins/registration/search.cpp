#include "search.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

#include "bias.h"
#include "powell.h"
#include "pyramid.h"
#include "sampling.h"

namespace flowrun::registration {
namespace {

constexpr double kMargin = 10;         // mm around the head's box: the contour of the head counts
constexpr double kSame = 3;            // mm: coarse searches that end so close to each other continue as one
constexpr std::size_t kContinued = 3;  // so many different ends are continued on the middle level

Point difference(const Point& a, const Point& b) { return {a[0] - b[0], a[1] - b[1], a[2] - b[2]}; }

/// The centres of mass on each other, turned.
Start turned_start(const Problem& problem, const MutualInformation& metric, const Work& work) {
  constexpr double kTurns[] = {-40, -20, 0, 20, 40};  // degrees
  std::vector<Start> poses;
  for (const double x : kTurns)
    for (const double y : kTurns)
      for (const double z : kTurns) {
        const double to_radians = std::numbers::pi / 180;
        const Affine turn = rotation_about({x * to_radians, y * to_radians, z * to_radians}, problem.fixed_head.mass);
        poses.push_back({"turned", joined(turn, shift_by(difference(problem.moving_head.mass, problem.fixed_head.mass)))});
      }
  work.parallel_for(static_cast<std::int64_t>(poses.size()), [&](std::int64_t i) {
    Start& pose = poses[static_cast<std::size_t>(i)];
    pose.information = metric.value(pose.map, alone(work));
  });
  return *std::max_element(poses.begin(), poses.end(),
                           [](const Start& a, const Start& b) { return a.information < b.information; });
}

bool better(const Start& a, const Start& b) { return a.information > b.information; }

/// The same starts, continued on the middle level from where they ended; best first.
std::vector<Start> middle_ends(const Problem& problem, std::vector<Start> ends, const Work& work) {
  const MutualInformation metric = metric_of(problem, kMiddle, work);
  const Head& head = problem.fixed_head;
  std::vector<std::pair<Affine, Start>> continued;
  for (Start& end : ends) {
    const auto same = std::find_if(continued.begin(), continued.end(), [&](const auto& other) {
      return largest_distance(end.map, other.first, head.corners) < kSame;
    });
    if (same != continued.end()) {
      end.map = same->second.map, end.information = same->second.information;
    } else if (continued.size() < kContinued) {
      const Affine from = end.map;
      end = polished(metric, end, head.centre, Freedom::rigid, kMiddle, work);
      continued.emplace_back(from, end);
    } else {
      end.information = metric.value(end.map, work);
    }
  }
  std::stable_sort(ends.begin(), ends.end(), better);
  return ends;
}

}  // namespace

MutualInformation metric_of(const Problem& problem, const Level& level, const Work& work) {
  const Volume fixed = coarser(*problem.fixed, level.sigma, level.sigma, work);
  const Volume moving = coarser(*problem.moving, level.sigma, level.sigma, work);
  const Samples samples = spread_samples(fixed, problem.fixed_head, kMargin, level.distance, problem.region);
  return {samples, moving, {.bins = problem.bins}};
}

Start polished(const MutualInformation& metric, const Start& start, const Point& centre, Freedom freedom, const Level& level,
               const Work& work) {
  const PoseSpace poses(start.map, centre, freedom);
  Powell powell{.function = [&](const std::vector<double>& numbers) { return -metric.value(poses.map_at(numbers), work); },
                .step = level.step,
                .tolerance = level.tolerance,
                .cancelled = work.cancelled};
  const Powell::Result found = powell.search(std::vector<double>(poses.count(), 0));
  return {start.name, poses.map_at(found.at), -found.value};
}

std::vector<Start> coarse_ends(const Problem& problem, const Affine* initial, const Work& work) {
  const MutualInformation metric = metric_of(problem, kCoarse, work);
  const Head &fixed = problem.fixed_head, &moving = problem.moving_head;
  std::vector<Start> starts{{"headers", TransformStep().matrix},
                            {"masses", shift_by(difference(moving.mass, fixed.mass))},
                            {"centres", shift_by(difference(moving.centre, fixed.centre))},
                            turned_start(problem, metric, work)};
  if (initial) starts.insert(starts.begin(), {"initial", *initial});
  work.parallel_for(static_cast<std::int64_t>(starts.size()), [&](std::int64_t i) {
    Start& start = starts[static_cast<std::size_t>(i)];
    start = polished(metric, start, fixed.centre, Freedom::rigid, kCoarse, alone(work));
  });
  std::stable_sort(starts.begin(), starts.end(), better);
  return starts;
}

Found search(const Problem& problem, const Affine* initial, bool flatten, const Work& work) {
  const Volume &fixed = *problem.fixed, &moving = *problem.moving;
  const Head &fixed_head = problem.fixed_head, &moving_head = problem.moving_head;
  Found found;
  Fields alone;
  Problem now = problem;
  const auto prepare = [&](const Fields& fields) {
    found.prepared = {without_field(fixed, fields.fixed, work), without_field(moving, fields.moving, work)};
    now.fixed = &found.prepared.fixed, now.moving = &found.prepared.moving;
  };
  if (flatten) {
    alone = {log_field(fixed, fixed_head.threshold, work), log_field(moving, moving_head.threshold, work)};
    prepare(alone);
  } else {
    found.prepared = {fixed, moving};
  }
  found.ends = middle_ends(now, coarse_ends(now, initial, work), work);
  found.best = found.ends.front();
  work.progress(0.4);
  if (flatten) prepare(joint_fields(fixed, fixed_head, moving, moving_head, found.best.map, alone, work));
  found.best = polished(metric_of(now, kFine, work), found.best, fixed_head.centre, problem.freedom, kFine, work);
  work.progress(0.7);
  return found;
}

}  // namespace flowrun::registration
