#include "voxel_sizes.h"

#include <algorithm>

namespace flowrun::train {

network::SpacingRange spacing_of(const Examples& examples) {
  network::SpacingRange range;
  for (const network::Spacing& spacing : examples.spacings()) range.include(spacing);
  return range;
}

network::SpacingRange spacing_trained_on(const Examples& examples, const Split& split) {
  const std::vector<network::Spacing> spacings = examples.spacings();
  const std::vector<std::string> names = examples.case_names();
  const auto& aside = split.validation_cases;
  network::SpacingRange range;
  for (std::size_t i = 0; i < names.size(); ++i)
    if (std::find(aside.begin(), aside.end(), names[i]) == aside.end()) range.include(spacings[i]);
  return range;
}

std::string mixed_spacing_words(const Examples& examples, const network::Looks& looks) {
  const network::SpacingRange range = spacing_of(examples);
  if (!network::is_mixed(range, looks)) return "";
  const std::vector<network::Spacing> spacings = examples.spacings();
  const std::vector<std::string> names = examples.case_names();
  std::size_t axis = 0;  // along which they differ most
  for (std::size_t other = 1; other < 3; ++other)
    if (looks[other] && (!looks[axis] || range.most[other] * range.least[axis] > range.most[axis] * range.least[other])) axis = other;
  const auto [least, most] = std::minmax_element(
      spacings.begin(), spacings.end(), [&](const network::Spacing& a, const network::Spacing& b) { return a[axis] < b[axis]; });
  const auto words = [&](auto at) {
    return "'" + names[static_cast<std::size_t>(at - spacings.begin())] + "' are " + network::in_words(*at);
  };
  return "the voxels of case " + words(least) + ", those of case " + words(most) +
         "; a network sees voxels and not mm, so that it learns heads of several sizes: bring the images and masks to one voxel "
         "size "
         "first (graphs/resample.json does it), unless it is to take all of these";
}

std::string other_spacing_words(const Examples& examples, const network::ModelDescription& start, const std::string& path) {
  const network::SpacingRange range = spacing_of(examples);
  const network::Looks looks = start.looks();
  if (!network::is_beyond(start.spacing, range.least, looks) && !network::is_beyond(start.spacing, range.most, looks)) return "";
  return "the model to start with, '" + path + "', was trained on voxels of " + network::in_words(start.spacing) +
         ", but those of the cases are " + network::in_words(range) +
         "; it sees them as heads of another size, and what it has learned may not help";
}

}  // namespace flowrun::train
