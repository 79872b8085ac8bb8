#include "flowrun/sdk/geometry.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "flowrun/sdk/error.h"

namespace flowrun {
namespace {

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.6g", value);
  return text;
}

template <class Array>
std::string triple(const Array& values, const char* separator) {
  std::string text;
  for (std::size_t i = 0; i < values.size(); ++i) text += (i ? separator : "") + number(static_cast<double>(values[i]));
  return text;
}

/// Largest absolute difference; infinite when a value is not finite, so that NaN never passes for equal.
template <class Array>
double distance(const Array& a, const Array& b) {
  double largest = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double d = std::abs(a[i] - b[i]);
    largest = std::isfinite(d) ? std::max(largest, d) : HUGE_VAL;
  }
  return largest;
}

void add(std::string& text, const std::string& sentence) { text += (text.empty() ? "" : "; ") + sentence; }

}  // namespace

std::string grid_difference(const Geometry& a, const Geometry& b, double tolerance) {
  std::string text;
  const double length = tolerance * *std::min_element(a.spacing.begin(), a.spacing.end());
  if (a.size != b.size) add(text, "size " + triple(a.size, " x ") + " and " + triple(b.size, " x ") + " voxels");
  if (!(distance(a.spacing, b.spacing) <= length))
    add(text,
        "spacing " + triple(a.spacing, " x ") + " and " + triple(b.spacing, " x ") + " mm (tolerance " + number(length) + " mm)");
  if (!(distance(a.origin, b.origin) <= length))
    add(text,
        "origin (" + triple(a.origin, ", ") + ") and (" + triple(b.origin, ", ") + ") mm (tolerance " + number(length) + " mm)");
  if (!(distance(a.direction, b.direction) <= tolerance))
    add(text, "direction [" + triple(a.direction, " ") + "] and [" + triple(b.direction, " ") + "] (tolerance " +
                  number(tolerance) + ")");
  return text;
}

void require_same_grid(const Geometry& a, const std::string& name_a, const Geometry& b, const std::string& name_b) {
  const std::string difference = grid_difference(a, b);
  if (!difference.empty())
    throw Error("'" + name_a + "' and '" + name_b + "' are not on one grid: " + difference +
                "; resample one onto the other's grid first");
}

}  // namespace flowrun
