#pragma once

#include <string>
#include <vector>

#include "flowrun/sdk/node.h"
#include "flowrun/sdk/payloads.h"

namespace flowrun::patches {

/// The voxels of a list, each of which must get its scores once.
class ScorePlaces {
 public:
  /// Keeps the list alive. Throws Error when a voxel is outside of the grid or in the list twice.
  explicit ScorePlaces(PayloadPtr list);

  const VoxelList& list() const { return static_cast<const VoxelList&>(*list_); }
  const std::string& name() const { return name_; }  ///< of the list, for messages

  /// Throws Error when a chunk of scores is on another grid, has another number of values than its voxels and classes say, or a
  /// voxel that is not in the list or had its scores before.
  void take(const Scores& scores);
  /// Throws Error when a voxel of the list had no scores.
  void require_all() const;

 private:
  enum class State : std::uint8_t { unlisted, awaited, scored };
  void mark_scored(std::int64_t index);

  PayloadPtr list_;
  std::string name_;
  std::vector<State> states_;
  std::size_t scored_ = 0;
};

}  // namespace flowrun::patches
