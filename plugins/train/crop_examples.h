#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "augmentation.h"
#include "examples.h"
#include "labelled_images.h"

namespace flowrun::train {

/// How crops are drawn from whole images.
struct CropSettings {
  network::Size3 size{48, 48, 48};  ///< along x, y, z
  std::int64_t per_case = 16;       ///< crops of a case in an epoch
  double labelled_share = 0.5;      ///< of the crops, centred near a voxel whose label is not 0
  double balance = 0;               ///< a labelled voxel in a component of n voxels is drawn with the weight n^-balance
  double zoom = 1;                  ///< crops show 1 / zoom to zoom times their size; 1: never
  float noise = 0;                  ///< largest standard deviation of noise that is added
  std::uint64_t seed = 1;
  Augmentation augmentation;
};

/// Crops of whole images. Samples below training_count() are random crops, those of a case together; where they lie depends on
/// the seed, the epoch and the sample. The others are tiles side by side that cover the images of a case, for validation. Zeros
/// lie outside of the images.
class CropExamples : public Examples {
 public:
  explicit CropExamples(CropSettings settings) : settings_(std::move(settings)) {}

  /// Keeps the payload alive. Throws Error when it has other channels than those before.
  void add(std::shared_ptr<const LabelledImages> images);

  std::int64_t channels() const override { return cases_.empty() ? 0 : cases_.front().images->channels; }
  std::vector<network::Size3> sizes() const override { return {settings_.size}; }
  std::string axes() const override { return cases_.empty() ? "" : cases_.front().images->axes; }
  bool has_label_image() const override { return true; }
  void fill(std::int64_t sample, std::int64_t epoch, bool training, float* input, std::int64_t* labels) const override;
  std::uint64_t hash() const override;
  std::vector<std::string> case_names() const override;
  std::vector<network::Spacing> spacings() const override;
  std::int64_t labelled() const override;
  std::vector<std::int64_t> counts(std::size_t classes) const override;
  std::size_t bytes() const override;
  const char* word() const override { return "crops"; }
  const char* validation_word() const override { return "tiles"; }

  /// Cases are put aside where there are at least four, or where `how` is "case" ("auto", "none"), one with labels among them
  /// where two have some; the others are trained on.
  Split split(double share, const std::string& how, std::uint64_t seed) const;
  /// Whether no voxel of the cases that are put aside has a label, though some are put aside.
  bool is_judged_without_labels(const Split& split) const;
  std::int64_t largest_label() const;

 private:
  struct Case {
    std::shared_ptr<const LabelledImages> images;
    std::vector<std::vector<std::int64_t>> voxels;  ///< of each label that occurs, but 0
    std::vector<std::vector<double>> sums;          ///< of the weights of these voxels, one behind the other
    std::int64_t first_tile = 0;                    ///< number of its first tile among the tiles of all cases
    network::Size3 tiles{};                         ///< along each axis
    std::int64_t tile_count() const { return tiles[0] * tiles[1] * tiles[2]; }
  };
  struct View;

  void share_labels(std::vector<std::int64_t>& aside) const;
  std::int64_t training_count() const { return static_cast<std::int64_t>(cases_.size()) * settings_.per_case; }
  network::Size3 random_centre(const Case& of, std::uint64_t own) const;
  View random_view(const Case& of, std::uint64_t own) const;
  static void cut(const LabelledImages& images, const View& view, const network::Size3& size, float* input, std::int64_t* labels);
  void change(float* input, std::int64_t* labels, std::uint64_t of_epoch, std::uint64_t sample, std::uint64_t own) const;

  CropSettings settings_;
  std::vector<Case> cases_;
};

}  // namespace flowrun::train
