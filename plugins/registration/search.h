#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "head.h"
#include "mutual_information.h"
#include "pose.h"

namespace flowrun::registration {

/// A place to begin from, and where the search from it ended.
struct Start {
  std::string name;
  Affine map;  ///< mm of the fixed to mm of the moving image
  double information = 0;
};

/// What is registered. The images must outlive the problem.
struct Problem {
  const Volume* fixed;
  const Volume* moving;
  Head fixed_head, moving_head;
  const Mask* region = nullptr;  ///< on the fixed grid: only here are samples taken; null: everywhere in the head's box
  Freedom freedom = Freedom::rigid;
  int bins = 48;
};

/// One resolution of the search.
struct Level {
  double sigma;      ///< mm, to which both images are smoothed
  double distance;   ///< mm between samples
  double step;       ///< mm, the first step of the search
  double tolerance;  ///< mm, at which it ends
};
inline constexpr Level kCoarse{4, 8, 8, 0.2}, kMiddle{2, 4, 2, 0.05}, kFine{1, 2, 0.5, 0.01};

/// The metric of a level.
MutualInformation metric_of(const Problem& problem, const Level& level, const Work& work);

/// The best map near one, by Powell's method.
Start polished(const MutualInformation& metric, const Start& start, const Point& centre, Freedom freedom, const Level& level,
               const Work& work);

/// The starts: the scanner's headers (both images lie in one frame), the centres of mass, the centres of the objects, and the
/// best of 125 turned poses about the centres of mass; `initial` too where it is given. Each with the end of its coarse search.
std::vector<Start> coarse_ends(const Problem& problem, const Affine* initial, const Work& work);

/// The images as the finest level sees them: without bias fields where that is asked for.
struct Prepared {
  Volume fixed, moving;
};

/// What came out.
struct Found {
  Start best;               ///< with its metric on the finest level
  std::vector<Start> ends;  ///< of all starts on the middle level, best first
  Prepared prepared;        ///< for further measures
};
/// `initial`: one more start; null: none. `flatten`: without the bias fields of each image alone at first, of both together at
/// the end. Cancelled: an early, wrong answer.
Found search(const Problem& problem, const Affine* initial, bool flatten, const Work& work);

}  // namespace flowrun::registration
