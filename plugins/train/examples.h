#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/network/network.h"
#include "common/network/spacing.h"

namespace flowrun::train {

/// Where a training takes its samples from: an input of the network and its labels, by number. Safe to read from several threads.
class Examples {
 public:
  Examples() = default;
  Examples(const Examples&) = delete;
  Examples& operator=(const Examples&) = delete;
  virtual ~Examples() = default;

  virtual std::int64_t channels() const = 0;
  virtual std::string axes() const = 0;                   ///< of the images, as grid/axes.h words them
  virtual std::vector<network::Size3> sizes() const = 0;  ///< of an input along x, y, z; several: of its views
  virtual bool has_label_image() const = 0;               ///< a label for each voxel (D x H x W), not one for the sample
  /// Writes the input, C x D x H x W with W fastest, view behind view, and its labels. In training it is changed at random; what
  /// is drawn depends on the seed, the epoch and the sample alone.
  virtual void fill(std::int64_t sample, std::int64_t epoch, bool training, float* input, std::int64_t* labels) const = 0;
  /// Depends on every voxel, label and setting of the samples: other ones have another number.
  virtual std::uint64_t hash() const = 0;
  virtual std::vector<std::string> case_names() const = 0;
  virtual std::vector<network::Spacing> spacings() const = 0;  ///< voxel sizes of each of these cases
  virtual std::int64_t labelled() const = 0;  ///< samples (with label images: voxels) whose label is not 0
  /// Samples (with label images: voxels) of each label below `classes`.
  virtual std::vector<std::int64_t> counts(std::size_t classes) const = 0;
  virtual std::size_t bytes() const = 0;
  virtual const char* word() const = 0;  ///< "samples", "crops"
  virtual const char* validation_word() const { return word(); }  ///< likewise of those that are evaluated: "tiles"

  network::Size3 size() const { return sizes().front(); }
  /// C, D, H, W of an input as a tensor; several views are one row.
  std::vector<std::int64_t> input_shape() const;
  std::int64_t label_values() const { return has_label_image() ? size()[0] * size()[1] * size()[2] : 1; }
};

/// Which samples are for training and which only for validation.
struct Split {
  std::vector<std::int64_t> training, validation;
  bool by_case = false;
  std::vector<std::string> validation_cases;  ///< where it is by case
};

/// Throws Error, naming both cases, where the axes of their images differ: a network would be shown heads in two postures.
void require_same_axes(const std::string& one, const std::string& axes_of_one, const std::string& other,
                       const std::string& axes_of_other);

/// Which of so many cases are put aside for validation: at least one, at most all but one, in the order drawn.
std::vector<std::int64_t> cases_put_aside(std::int64_t cases, double share, std::uint64_t seed);

}  // namespace flowrun::train
