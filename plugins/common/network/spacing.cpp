#include "common/network/spacing.h"

#include <algorithm>
#include <cstdio>

namespace flowrun::network {
namespace {

constexpr double kFactor = kSpacingTolerance * (1 + 1e-4);  // files keep sizes in float32

std::string digits(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.4g", value);
  return text;
}

void add(Looks& looks, const std::vector<Layer>& layers) {
  for (const Layer& layer : layers)
    for (std::size_t axis = 0; axis < looks.size(); ++axis)
      looks[axis] = looks[axis] || layer.kernel[axis] > 1 || layer.stride[axis] > 1;
}

}  // namespace

void SpacingRange::include(const Spacing& spacing) {
  const bool first = !is_known();
  for (std::size_t axis = 0; axis < spacing.size(); ++axis) {
    least[axis] = first ? spacing[axis] : std::min(least[axis], spacing[axis]);
    most[axis] = first ? spacing[axis] : std::max(most[axis], spacing[axis]);
  }
}

Looks looks_along(const Network& network) {
  Looks looks{};
  for (const Branch& branch : network.branches) add(looks, branch.layers);
  add(looks, network.trunk);
  return looks;
}

bool is_beyond(const SpacingRange& trained, const Spacing& spacing, const Looks& looks) {
  if (!trained.is_known()) return false;
  for (std::size_t axis = 0; axis < spacing.size(); ++axis)
    if (looks[axis] && (spacing[axis] * kFactor < trained.least[axis] || spacing[axis] > trained.most[axis] * kFactor)) return true;
  return false;
}

bool is_mixed(const SpacingRange& range, const Looks& looks) {
  return is_beyond({range.least, range.least}, range.most, looks);
}

std::string in_words(const SpacingRange& range) {
  std::string text;
  for (std::size_t axis = 0; axis < range.least.size(); ++axis) {
    const std::string least = digits(range.least[axis]), most = digits(range.most[axis]);
    text += (axis > 0 ? " x " : "") + least + (least == most ? "" : " to " + most);
  }
  return text + " mm";
}

std::string in_words(const Spacing& spacing) { return in_words(SpacingRange{spacing, spacing}); }

}  // namespace flowrun::network
