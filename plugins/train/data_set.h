#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "augmentation.h"
#include "examples.h"
#include "samples.h"

namespace flowrun::train {

/// The samples of a run's cases, numbered in the order of the cases and within a case of the voxels.
class DataSet : public Examples {
 public:
  /// How patches are changed in training; none before.
  void augment_by(const Augmentation& how, std::uint64_t seed) { augmentation_ = how, seed_ = seed; }
  /// Keeps the payload alive; one without samples is left out. Throws Error when its patches are not like those before.
  void add(std::shared_ptr<const Samples> samples);

  std::int64_t count() const { return static_cast<std::int64_t>(places_.size()); }
  std::int64_t labelled() const override;
  std::vector<std::int64_t> counts(std::size_t classes) const override;
  std::size_t bytes() const override;
  const std::vector<std::shared_ptr<const Samples>>& cases() const { return cases_; }
  std::int64_t channels() const override { return cases_.empty() ? 0 : cases_.front()->channels; }
  std::string axes() const override;
  std::vector<network::Size3> sizes() const override {
    return cases_.empty() ? std::vector<network::Size3>(1) : cases_.front()->sizes;
  }
  bool has_label_image() const override { return false; }
  void fill(std::int64_t sample, std::int64_t epoch, bool training, float* input, std::int64_t* labels) const override;
  std::vector<std::string> case_names() const override;
  std::vector<network::Spacing> spacings() const override;
  const char* word() const override { return "samples"; }
  std::int64_t case_of(std::int64_t sample) const { return places_[static_cast<std::size_t>(sample)].case_index; }
  std::int64_t label(std::int64_t sample) const;
  void copy_patches(std::int64_t sample, float* out) const;
  std::uint64_t hash() const override;

 private:
  struct Place {
    std::int32_t case_index;
    std::int32_t sample;
  };
  std::vector<std::shared_ptr<const Samples>> cases_;
  std::vector<Place> places_;
  Augmentation augmentation_;
  std::uint64_t seed_ = 0;
};

/// Puts aside a share of the samples for validation: whole cases where there are at least four (at least one case), else single
/// voxels. `how` is "auto", "case" or "voxel". A share of 0 puts nothing aside. Throws Error when nothing would be left to train
/// on, or nothing to validate with.
Split split_of(const DataSet& data, double share, const std::string& how, std::uint64_t seed);

}  // namespace flowrun::train
