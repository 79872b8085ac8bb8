#pragma once

#include <cstdint>
#include <vector>

#include "affine.h"
#include "flowrun/sdk/payloads.h"
#include "work.h"

namespace flowrun::registration {

/// Points of the fixed image and their values, in an order in which neighbours follow each other.
struct Samples {
  std::vector<Point> points;  ///< mm, LPS
  std::vector<float> values;
};

/// Values of an image that go to bins: those below `low` into the first, above `high` into the last.
struct ValueRange {
  float low = 0, high = 0;
};

/// The range that contains all values but this share at each end.
ValueRange range_of(const std::vector<float>& values, double left_out);

/// Mutual information (nats) of samples of a fixed image and a moving image under an affine map, after Mattes et al., "PET-CT
/// image registration in the chest using free-form deformations", IEEE TMI 2003: a joint histogram with box windows for the fixed
/// and cubic B-spline windows for the moving values, two empty bins at each end, linear interpolation. Equal to ITK's
/// MattesMutualInformationImageToImageMetricv4 with the opposite sign where `soft_edge` is 0 and the ranges are the whole ones.
///
/// Samples that fall outside the moving image count not at all, those within `soft_edge` voxels of its border partly, so that the
/// value has no jumps. With less than a fifth of the weight inside, the value is 0, the worst there is.
///
/// Deterministic: a fixed number of parts, each with a histogram of its own, added up in their order.
class MutualInformation {
 public:
  struct Options {
    int bins = 48;
    double left_out = 0.001;  ///< share of the values at each end that share the outermost bins
    double soft_edge = 1;     ///< voxels of the moving image
  };
  MutualInformation(const Samples& samples, const Volume& moving, const Options& options);

  /// Of a map from mm of the fixed to mm of the moving image.
  double value(const Affine& fixed_to_moving, const Work& work) const;
  std::int64_t sample_count() const { return static_cast<std::int64_t>(bin_.size()); }

 private:
  struct Part;
  void add_samples(const std::array<float, 12>& map, std::int64_t begin, std::int64_t end, Part& part) const;
  void add_sample(float x, float y, float z, float weight, const float* corner, int fixed_bin, Part& part) const;
  double information(const std::vector<double>& joint) const;

  Options options_;
  Point from_{0, 0, 0};             // of the samples' coordinates: floats keep their digits far from the origin, too
  std::vector<float> x_, y_, z_;    // of the samples, mm from there
  std::vector<std::uint16_t> bin_;  // of the fixed values
  Geometry grid_;                   // of the moving image
  Affine to_voxels_;
  std::vector<float> moving_;    // in units of bins
  std::array<float, 3> last_{};  // largest voxel coordinate along each axis
};

}  // namespace flowrun::registration
