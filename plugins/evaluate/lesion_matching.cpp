#include "lesion_matching.h"

#include <algorithm>
#include <map>

#include "common/components/connected_runs.h"

namespace flowrun::evaluate {
namespace {

/// Files keep spacings in float32, and shares such as 0.7 are not exact in binary: what is equal on paper counts as equal.
constexpr double kTolerance = 1e-6;

/// The lesions of a mask: a number for each voxel, 0 outside, and the voxels of each number.
struct Lesions {
  std::vector<std::int32_t> label;
  std::vector<std::int64_t> size{0};  ///< of each label; label 0 has none
  std::int64_t count() const { return static_cast<std::int64_t>(size.size()) - 1; }
};

Lesions lesions_of(const Mask& mask, double ignored_mm3) {
  const auto found = components::connected_runs(mask, components::Connectivity::face);
  Lesions lesions;
  std::vector<std::int32_t> label_of;
  for (const std::int64_t voxels : found.voxels_of) {
    const bool kept = static_cast<double>(voxels) * mask.geometry.voxel_volume() > ignored_mm3 * (1 + kTolerance);
    if (kept) lesions.size.push_back(voxels);
    label_of.push_back(kept ? static_cast<std::int32_t>(lesions.size.size() - 1) : 0);
  }
  lesions.label = components::paint(found, mask.geometry, label_of);
  return lesions;
}

using Overlaps = std::vector<std::map<std::int32_t, std::int64_t>>;

/// For each lesion of `of`, how many voxels it shares with each lesion of `with`.
Overlaps overlaps(const Lesions& of, const Lesions& with) {
  Overlaps shared(of.size.size());
  for (std::size_t i = 0; i < of.label.size(); ++i)
    if (of.label[i] && with.label[i]) ++shared[static_cast<std::size_t>(of.label[i])][with.label[i]];
  return shared;
}

std::int64_t total(const std::map<std::int32_t, std::int64_t>& shared) {
  std::int64_t voxels = 0;
  for (const auto& [label, count] : shared) voxels += count;
  return voxels;
}

/// Whether a lesion of `size` voxels is detected by the components that it shares voxels with. `inside` says for each of those
/// how many of its voxels lie in any lesion, `sizes` how many it has.
bool is_detected(std::int64_t size, const std::map<std::int32_t, std::int64_t>& shared, const std::vector<std::int64_t>& inside,
                 const std::vector<std::int64_t>& sizes, const MatchingRule& rule) {
  const auto overlap = static_cast<double>(total(shared));
  if (!(overlap > rule.alpha * static_cast<double>(size) * (1 + kTolerance))) return false;
  std::vector<std::pair<std::int64_t, std::int32_t>> order;  // by decreasing overlap, of equal ones the first in memory first
  for (const auto& [label, count] : shared) order.emplace_back(-count, label);
  std::sort(order.begin(), order.end());
  double covered = 0;
  for (const auto& [negative, label] : order) {
    if (covered >= rule.gamma * overlap * (1 - kTolerance)) break;
    const auto index = static_cast<std::size_t>(label);
    const auto outside = static_cast<double>(sizes[index] - inside[index]);
    if (outside > rule.beta * static_cast<double>(sizes[index]) * (1 + kTolerance)) return false;
    covered -= static_cast<double>(negative);
  }
  return true;
}

std::int64_t detected(const Lesions& lesions, const Lesions& by, const MatchingRule& rule) {
  const Overlaps shared = overlaps(lesions, by), reverse = overlaps(by, lesions);
  std::vector<std::int64_t> inside(by.size.size());
  for (std::size_t label = 1; label < inside.size(); ++label) inside[label] = total(reverse[label]);
  std::int64_t count = 0;
  for (std::size_t label = 1; label < lesions.size.size(); ++label)
    count += is_detected(lesions.size[label], shared[label], inside, by.size, rule);
  return count;
}

}  // namespace

LesionCounts match_lesions(const Mask& found, const Mask& reference, const MatchingRule& rule) {
  const Lesions of_found = lesions_of(found, rule.ignored_mm3), of_reference = lesions_of(reference, rule.ignored_mm3);
  return {of_reference.count(), of_found.count(), detected(of_reference, of_found, rule), detected(of_found, of_reference, rule)};
}

}  // namespace flowrun::evaluate
