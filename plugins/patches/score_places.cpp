#include "score_places.h"

#include <algorithm>
#include <utility>

#include "common/grid/inputs.h"
#include "common/grid/voxels.h"

namespace flowrun::patches {

ScorePlaces::ScorePlaces(PayloadPtr payload) : list_(std::move(payload)), name_(grid::name_of(list().source, "voxels")) {
  const Geometry& geometry = list().geometry;
  states_.assign(static_cast<std::size_t>(geometry.voxel_count()), State::unlisted);
  const std::string owner = "the voxel list of '" + name_ + "'";
  for (const std::int64_t index : list().voxels) {
    grid::require_inside(geometry, index, owner);
    State& state = states_[static_cast<std::size_t>(index)];
    if (state == State::awaited)
      throw Error(owner + " has voxel " + grid::voxel_words(geometry, index) + " twice; the plugin that made it is at fault");
    state = State::awaited;
  }
}

void ScorePlaces::take(const Scores& scores) {
  require_same_grid(scores.geometry, "scores", list().geometry, name_);
  const auto classes = static_cast<std::size_t>(std::max<std::int64_t>(scores.classes, 0));
  if (classes == 0 || scores.values.size() / classes != scores.voxels.size() || scores.values.size() % classes != 0)
    throw Error("a chunk of scores has " + std::to_string(scores.values.size()) + " values for " +
                std::to_string(scores.voxels.size()) + " voxels of " + std::to_string(classes) +
                " classes; the plugin that made it is at fault");
  for (const std::int64_t index : scores.voxels) mark_scored(index);
}

void ScorePlaces::mark_scored(std::int64_t index) {
  const Geometry& geometry = list().geometry;
  grid::require_inside(geometry, index, "a chunk of scores");
  State& state = states_[static_cast<std::size_t>(index)];
  if (state == State::unlisted)
    throw Error("a score came for voxel " + grid::voxel_words(geometry, index) + ", which the voxel list of '" + name_ +
                "' does not have; connect the list that the patches were cut around");
  if (state == State::scored)
    throw Error("a second score came for voxel " + grid::voxel_words(geometry, index) + "; each voxel of '" + name_ +
                "' must get exactly one");
  state = State::scored;
  ++scored_;
}

void ScorePlaces::require_all() const {
  if (scored_ == list().voxels.size()) return;
  const auto first = std::find_if(list().voxels.begin(), list().voxels.end(),
                                  [&](std::int64_t index) { return states_[static_cast<std::size_t>(index)] == State::awaited; });
  throw Error("scores came for " + std::to_string(scored_) + " of the " + std::to_string(list().voxels.size()) + " voxels of '" +
              name_ + "'; the first without one is " + grid::voxel_words(list().geometry, *first) +
              "; connect the list that the patches were cut around");
}

}  // namespace flowrun::patches
