#pragma once

#include <vector>

#include "blob.h"

namespace flowrun::phantom {

/// Blobs by place: finds those that may reach a point without looking at all of them.
class BlobIndex {
 public:
  explicit BlobIndex(std::vector<Blob> blobs = {});
  const std::vector<Blob>& blobs() const { return blobs_; }

  /// Calls `use(blob)` for each blob that may reach the point, in the order in which they were given.
  template <class Use>
  void for_each_near(Vec mm, const Use& use) const {
    const int cell = cell_of(mm);
    if (cell < 0) return;
    for (const int blob : cells_[static_cast<std::size_t>(cell)]) use(blobs_[static_cast<std::size_t>(blob)]);
  }

 private:
  int cell_of(Vec mm) const;

  std::vector<Blob> blobs_;
  std::vector<std::vector<int>> cells_;
};

}  // namespace flowrun::phantom
