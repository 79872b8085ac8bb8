#pragma once

#include <cstdint>

#include "flowrun/sdk/payloads.h"

namespace flowrun::evaluate {

/// The numbers of the MSSEG challenge's rule (Commowick et al., Scientific Reports 2018), as shares of 1.
struct MatchingRule {
  double alpha = 0.10;     ///< a lesion is touched when more than this share of it is overlapped
  double gamma = 0.65;     ///< the components that overlap it are looked at until they make up this share of the overlap
  double beta = 0.70;      ///< none of these may lie outside all lesions with more than this share of itself
  double ignored_mm3 = 3;  ///< components up to this volume are ignored, in both masks
};

struct LesionCounts {
  std::int64_t reference = 0;  ///< lesions of the reference
  std::int64_t found = 0;      ///< lesions of the found mask
  std::int64_t detected = 0;   ///< lesions of the reference that the found mask detects
  std::int64_t confirmed = 0;  ///< lesions of the found mask that the reference detects, by the same rule with the masks swapped
};

/// Counts lesions (6-connected components) by the rule. Both masks are complete and on one grid.
LesionCounts match_lesions(const Mask& found, const Mask& reference, const MatchingRule& rule);

}  // namespace flowrun::evaluate
