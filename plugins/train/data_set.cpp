#include "data_set.h"

#include <algorithm>
#include <cmath>

#include "common/grid/axes.h"
#include "flowrun/sdk/error.h"
#include "random_order.h"

namespace flowrun::train {
namespace {

constexpr std::int64_t kCasesToSplitBy = 4;

std::string patch_words(const Samples& samples) {
  return std::to_string(samples.channels) + " channels of " + network::in_words(samples.sizes);
}

void split_by_case(const DataSet& data, double share, std::uint64_t seed, Split& split) {
  split.by_case = true;
  const std::vector<std::int64_t> aside = cases_put_aside(static_cast<std::int64_t>(data.cases().size()), share, seed);
  for (std::int64_t i = 0; i < data.count(); ++i) {
    const bool judged = std::find(aside.begin(), aside.end(), data.case_of(i)) != aside.end();
    (judged ? split.validation : split.training).push_back(i);
  }
  for (const std::int64_t index : aside)
    split.validation_cases.push_back(data.cases()[static_cast<std::size_t>(index)]->case_name);
}

std::string axes_of(const Samples& samples) { return grid::axes_words(grid::axes_of(samples.geometry, samples.case_name)); }

void split_by_voxel(const DataSet& data, double share, std::uint64_t seed, Split& split) {
  const std::vector<std::int64_t> order = random_order(stream(seed, Purpose::split), data.count());
  const auto aside = static_cast<std::ptrdiff_t>(std::llround(share * static_cast<double>(data.count())));
  split.validation.assign(order.begin(), order.begin() + aside);
  split.training.assign(order.begin() + aside, order.end());
  std::sort(split.validation.begin(), split.validation.end());
  std::sort(split.training.begin(), split.training.end());
}

}  // namespace

void DataSet::add(std::shared_ptr<const Samples> samples) {
  if (samples->count() == 0) return;
  if (!cases_.empty() && (samples->channels != channels() || samples->sizes != sizes()))
    throw Error("the samples of case '" + samples->case_name + "' have " + patch_words(*samples) + ", those of case '" +
                cases_.front()->case_name + "' " + patch_words(*cases_.front()) +
                "; all cases need the same images and patch size");
  if (!cases_.empty()) require_same_axes(samples->case_name, axes_of(*samples), cases_.front()->case_name, axes());
  const auto index = static_cast<std::int32_t>(cases_.size());
  for (std::int64_t i = 0; i < samples->count(); ++i) places_.push_back({index, static_cast<std::int32_t>(i)});
  cases_.push_back(std::move(samples));
}

std::string DataSet::axes() const { return cases_.empty() ? "" : axes_of(*cases_.front()); }

std::vector<std::int64_t> DataSet::counts(std::size_t classes) const {
  std::vector<std::int64_t> counts(classes);
  for (const auto& one : cases_)
    for (const std::uint8_t label : one->labels)
      if (label < classes) ++counts[label];
  return counts;
}

std::int64_t DataSet::labelled() const {
  std::int64_t sum = 0;
  for (const auto& one : cases_) sum += one->positives;
  return sum;
}

std::size_t DataSet::bytes() const {
  std::size_t sum = places_.size() * sizeof(Place);
  for (const auto& one : cases_) sum += one->bytes();
  return sum;
}

std::int64_t DataSet::label(std::int64_t sample) const {
  const Place& place = places_[static_cast<std::size_t>(sample)];
  return cases_[static_cast<std::size_t>(place.case_index)]->labels[static_cast<std::size_t>(place.sample)];
}

void DataSet::copy_patches(std::int64_t sample, float* out) const {
  const Place& place = places_[static_cast<std::size_t>(sample)];
  cases_[static_cast<std::size_t>(place.case_index)]->copy_patches(place.sample, out);
}

void DataSet::fill(std::int64_t sample, std::int64_t epoch, bool training, float* input, std::int64_t* labels) const {
  copy_patches(sample, input);
  *labels = label(sample);
  if (!training || !augmentation_.any()) return;
  const std::uint64_t of_epoch = stream(seed_, Purpose::augment, static_cast<std::uint64_t>(epoch));
  std::vector<float> scratch;
  for (const network::Size3& size : sizes()) {  // by the same numbers: all views are turned alike
    augment(input, channels(), size, augmentation_, of_epoch, static_cast<std::uint64_t>(sample), scratch);
    input += channels() * size[0] * size[1] * size[2];
  }
}

std::vector<std::string> DataSet::case_names() const {
  std::vector<std::string> names;
  for (const auto& one : cases_) names.push_back(one->case_name);
  return names;
}

std::vector<network::Spacing> DataSet::spacings() const {
  std::vector<network::Spacing> spacings;
  for (const auto& one : cases_) spacings.push_back(one->geometry.spacing);
  return spacings;
}

std::uint64_t DataSet::hash() const {
  std::uint64_t hash = hash_of("samples");
  for (const auto& one : cases_) {
    hash = hash_of(one->case_name, hash);
    hash = hash_of_values(one->voxels, hash);
    hash = hash_of_values(one->labels, hash);
    for (const network::Size3& size : one->sizes) hash = hash_of_values(std::vector(size.begin(), size.end()), hash);
    hash = hash_of_values(one->values, hash);
  }
  return hash;
}

Split split_of(const DataSet& data, double share, const std::string& how, std::uint64_t seed) {
  Split split;
  const auto cases = static_cast<std::int64_t>(data.cases().size());
  if (share <= 0) {
    for (std::int64_t i = 0; i < data.count(); ++i) split.training.push_back(i);
  } else if (how == "case" || (how == "auto" && cases >= kCasesToSplitBy)) {
    if (cases < 2)
      throw Error(
          "there is only one case with samples, so none can be put aside for validation; give more cases, or set 'split' to "
          "voxel");
    split_by_case(data, share, seed, split);
  } else {
    split_by_voxel(data, share, seed, split);
  }
  if (split.training.empty() || (share > 0 && split.validation.empty()))
    throw Error("there are " + std::to_string(data.count()) + " samples; with a share of " + std::to_string(share) +
                " for validation nothing is left " + (split.training.empty() ? "to train on" : "to validate with"));
  return split;
}

}  // namespace flowrun::train
