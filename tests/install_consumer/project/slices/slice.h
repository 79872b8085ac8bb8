#pragma once

#include "flowrun/sdk/payload.h"
#include "flowrun/sdk/payloads.h"

/// A payload type of this plugin's own: one slice of a volume, width x height values, x fastest.
struct Slice : flowrun::PayloadOf<Slice> {
  static constexpr std::string_view kType = "slices.slice/1";
  std::int64_t z = 0;
  std::int64_t width = 0;
  std::int64_t height = 0;
  double pixel_area = 0;  ///< mm2
  std::vector<float> pixels;
  std::size_t bytes() const noexcept override { return pixels.size() * sizeof(float); }
};
