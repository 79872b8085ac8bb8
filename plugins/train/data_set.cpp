#include "data_set.h"

#include <algorithm>
#include <cmath>

#include "flowrun/sdk/error.h"
#include "random_order.h"

namespace flowrun::train {
namespace {

constexpr std::int64_t kCasesToSplitBy = 4;

std::string patch_words(const Samples& samples) {
  return std::to_string(samples.channels) + " channels of " + std::to_string(samples.size[0]) + " x " +
         std::to_string(samples.size[1]) + " x " + std::to_string(samples.size[2]) + " voxels";
}

template <class T>
std::uint64_t hash_values(const std::vector<T>& values, std::uint64_t before) {
  // Word by word: FNV's bytes would take seconds for a few hundred megabytes.
  const auto* bytes = reinterpret_cast<const char*>(values.data());
  const std::size_t size = values.size() * sizeof(T), words = size / 8;
  for (std::size_t i = 0; i < words; ++i) {
    std::uint64_t word = 0;
    std::copy_n(bytes + 8 * i, 8, reinterpret_cast<char*>(&word));
    before = (before ^ word) * 0x9e3779b97f4a7c15ULL;
    before ^= before >> 32;
  }
  return hash_of({bytes + 8 * words, size - 8 * words}, before);
}

/// Cases in random order, of which the first ones are put aside.
std::vector<std::int64_t> cases_to_validate(const DataSet& data, double share, std::uint64_t seed) {
  const auto count = static_cast<std::int64_t>(data.cases().size());
  const auto aside = std::clamp<std::int64_t>(std::llround(share * static_cast<double>(count)), 1, count - 1);
  std::vector<std::int64_t> order = random_order(stream(seed, Purpose::split), count);
  order.resize(static_cast<std::size_t>(aside));
  return order;
}

void split_by_case(const DataSet& data, double share, std::uint64_t seed, Split& split) {
  split.by_case = true;
  const std::vector<std::int64_t> aside = cases_to_validate(data, share, seed);
  for (std::int64_t i = 0; i < data.count(); ++i) {
    const bool judged = std::find(aside.begin(), aside.end(), data.case_of(i)) != aside.end();
    (judged ? split.validation : split.training).push_back(i);
  }
  for (const std::int64_t index : aside)
    split.validation_cases.push_back(data.cases()[static_cast<std::size_t>(index)]->case_name);
}

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
  if (!cases_.empty() && (samples->channels != channels() || samples->size != size()))
    throw Error("the samples of case '" + samples->case_name + "' have " + patch_words(*samples) + ", those of case '" +
                cases_.front()->case_name + "' " + patch_words(*cases_.front()) +
                "; all cases need the same images and patch size");
  const auto index = static_cast<std::int32_t>(cases_.size());
  for (std::int64_t i = 0; i < samples->count(); ++i) places_.push_back({index, static_cast<std::int32_t>(i)});
  cases_.push_back(std::move(samples));
}

std::int64_t DataSet::positives() const {
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

void DataSet::copy_patch(std::int64_t sample, float* out) const {
  const Place& place = places_[static_cast<std::size_t>(sample)];
  cases_[static_cast<std::size_t>(place.case_index)]->copy_patch(place.sample, out);
}

std::uint64_t DataSet::hash() const {
  std::uint64_t hash = hash_of("samples");
  for (const auto& one : cases_) {
    hash = hash_of(one->case_name, hash);
    hash = hash_values(one->voxels, hash);
    hash = hash_values(one->labels, hash);
    hash = hash_values(one->values, hash);
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
                " for validation nothing is left " + (split.training.empty() ? "to train on" : "to judge by"));
  return split;
}

}  // namespace flowrun::train
