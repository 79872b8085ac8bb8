#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "samples.h"

namespace flowrun::train {

/// The samples of a run's cases, numbered in the order of the cases and within a case of the voxels.
class DataSet {
 public:
  /// Keeps the payload alive; one without samples is left out. Throws Error when its patches are not like those before.
  void add(std::shared_ptr<const Samples> samples);

  std::int64_t count() const { return static_cast<std::int64_t>(places_.size()); }
  std::int64_t positives() const;
  std::size_t bytes() const;
  const std::vector<std::shared_ptr<const Samples>>& cases() const { return cases_; }
  std::int64_t channels() const { return cases_.empty() ? 0 : cases_.front()->channels; }
  std::array<std::int64_t, 3> size() const { return cases_.empty() ? std::array<std::int64_t, 3>{} : cases_.front()->size; }
  std::int64_t case_of(std::int64_t sample) const { return places_[static_cast<std::size_t>(sample)].case_index; }
  std::int64_t label(std::int64_t sample) const;
  void copy_patch(std::int64_t sample, float* out) const;
  /// Depends on every voxel, label and value: another data set has another number.
  std::uint64_t hash() const;

 private:
  struct Place {
    std::int32_t case_index;
    std::int32_t sample;
  };
  std::vector<std::shared_ptr<const Samples>> cases_;
  std::vector<Place> places_;
};

/// Which samples are trained on and which only judged.
struct Split {
  std::vector<std::int64_t> training, validation;
  bool by_case = false;
  std::vector<std::string> validation_cases;  ///< where it is by case
};

/// Puts aside a share of the samples for validation: whole cases where there are at least four (at least one case), else single
/// voxels. `how` is "auto", "case" or "voxel". A share of 0 puts nothing aside. Throws Error when nothing would be left to train
/// on, or nothing to judge by.
Split split_of(const DataSet& data, double share, const std::string& how, std::uint64_t seed);

}  // namespace flowrun::train
