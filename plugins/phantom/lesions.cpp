#include "lesions.h"

#include <algorithm>

namespace flowrun::phantom {
namespace {

/// Half a diameter: log-normal with median 6 mm, 3 to 15 mm; at least a voxel, so that coarse grids keep it.
float draw_radius(Random& random, const HeadGrid& grid) {
  const float diameter = std::clamp(6.0f * std::exp(0.45f * random.normal()), 3.0f, 15.0f);
  return std::max(0.5f * diameter, 0.9f * grid.voxel());
}

/// Below the tentorium and at the base, lesions are rarer than these three kinds and are left out.
bool upper_brain(const HeadPoint& point) { return point.cerebrum && point.deep_grey > 1; }

struct Site {
  std::optional<Vec> at;
  Frame frame;
  Vec shape;  // half axes against the radius
};

Site beside_ventricle(const Head& head, Random& random, float radius) {
  Site site;
  site.at = find_place(head, random, Home::white, [&](const HeadPoint& point) {
    return upper_brain(point) && point.lateral > 0.4f * radius && point.lateral < radius + 1;
  });
  if (site.at) site.frame = frame_along(uphill(head.shape, *site.at, &HeadPoint::lateral));
  site.shape = {random.uniform(1.1f, 1.6f), random.uniform(0.7f, 1.0f), random.uniform(0.8f, 1.1f)};
  return site;
}

Site below_cortex(const Head& head, Random& random, float radius) {
  Site site;
  site.at = find_place(head, random, Home::white, [&](const HeadPoint& point) {
    const float below = point.cortex - point.sulcus - point.grey;
    return upper_brain(point) && below > 0.3f && below < radius && point.lateral > radius + 4;
  });
  if (site.at) site.frame = frame_along(uphill(head.shape, *site.at, &HeadPoint::cortex));
  site.shape = {random.uniform(0.6f, 0.9f), random.uniform(0.9f, 1.3f), random.uniform(0.8f, 1.1f)};
  return site;
}

Site deep_white(const Head& head, Random& random, float radius) {
  Site site;
  site.at = find_place(head, random, Home::white, [&](const HeadPoint& point) {
    return upper_brain(point) && point.lateral > radius + 3 && point.cortex > radius + 4;
  });
  site.frame = frame_along(random.direction());
  site.shape = {random.uniform(0.8f, 1.3f), random.uniform(0.8f, 1.1f), random.uniform(0.7f, 1.1f)};
  return site;
}

Blob lesion_blob(const Contrast& contrast, const Site& site, float radius, Random& random) {
  Blob blob{.centre = *site.at, .frame = site.frame, .half = site.shape * radius, .signal = contrast.lesion};
  const float severity = random.uniform(0.65f, 1.1f);
  blob.strength.fill(severity);
  blob.strength[kT1] = random.uniform(0.45f, 1.15f);  // from barely dark to a "black hole"
  return blob;
}

Blob spot(Vec at, Random& random, float radius, Home home) {
  const Vec half{radius * random.uniform(0.7f, 1.4f), radius * random.uniform(0.7f, 1.1f), radius};
  return {.centre = at, .frame = frame_along(random.direction()), .half = half, .home = home};
}

bool anywhere(const HeadPoint&) { return true; }

std::optional<Blob> hot_spot(const Head& head, Random& random) {
  const auto at = find_place(head, random, Home::white, anywhere);
  if (!at) return std::nullopt;
  Blob blob = spot(*at, random, draw_radius(random, head.grid), Home::white);
  blob.signal[kFlair] = random.uniform(150, 190);
  blob.strength[kFlair] = 1;
  return blob;
}

std::optional<Blob> vessel(const Head& head, Random& random) {
  const auto at = find_place(head, random, Home::white, anywhere);
  if (!at) return std::nullopt;
  const float thick = std::max(random.uniform(0.8f, 1.3f), 0.6f * head.grid.voxel());
  Blob blob{.centre = *at,
            .frame = frame_along(random.direction()),
            .half = {random.uniform(9, 20), thick, thick},
            .home = Home::brain};
  blob.signal = {100, 55, 70, random.uniform(150, 190)};  // slow flow is bright in FLAIR; T2 and PD see a void
  blob.strength = {0, 0.8f, 0.8f, 1};
  return blob;
}

std::optional<Blob> cortex_spot(const Head& head, Random& random) {
  const auto at = find_place(head, random, Home::grey, anywhere);
  if (!at) return std::nullopt;
  Blob blob = spot(*at, random, 1.3f * draw_radius(random, head.grid), Home::grey);
  blob.signal[kFlair] = random.uniform(150, 185);
  blob.strength[kFlair] = 1;
  return blob;
}

std::optional<Blob> flow_artefact(const Head& head, Random& random) {
  const auto at = find_place(head, random, Home::fluid, [](const HeadPoint& point) { return point.surface < -2; });
  if (!at) return std::nullopt;
  Blob blob = spot(*at, random, 1.4f * draw_radius(random, head.grid), Home::fluid);
  blob.signal[kFlair] = random.uniform(140, 185);
  blob.strength[kFlair] = 1;
  return blob;
}

}  // namespace

std::vector<Blob> make_lesions(const Head& head, const Contrast& contrast, std::uint64_t seed, std::int64_t count) {
  std::vector<Blob> lesions;
  for (std::int64_t i = 0; i < count; ++i) {
    Random random(stream_seed(seed, 50), static_cast<std::uint64_t>(i));
    const float kind = random.uniform();
    const float radius = draw_radius(random, head.grid);
    const Site site = kind < 0.5f    ? beside_ventricle(head, random, radius)
                      : kind < 0.75f ? below_cortex(head, random, radius)
                                     : deep_white(head, random, radius);
    if (site.at) lesions.push_back(lesion_blob(contrast, site, radius, random));
  }
  return lesions;
}

std::vector<Blob> make_fakes(const Head& head, std::uint64_t seed, std::int64_t count) {
  std::vector<Blob> fakes;
  for (std::int64_t i = 0; i < count; ++i) {
    Random random(stream_seed(seed, 51), static_cast<std::uint64_t>(i));
    const float kind = random.uniform();
    const std::optional<Blob> fake = kind < 0.35f  ? hot_spot(head, random)
                                     : kind < 0.5f ? vessel(head, random)
                                     : kind < 0.8f ? cortex_spot(head, random)
                                                   : flow_artefact(head, random);
    if (fake) fakes.push_back(*fake);
  }
  return fakes;
}

}  // namespace flowrun::phantom
