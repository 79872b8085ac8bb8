#include "n4_params.h"

#include <algorithm>
#include <cmath>

#include "flowrun/sdk/error.h"

namespace flowrun::restore {
namespace {

constexpr std::int64_t kMostLevels = 8;
constexpr double kMostElements = 256;  ///< along an axis on the last level: 2^24 control points are 64 MiB
constexpr double kMostPadding = 8;     ///< times the image's voxels

N4Settings settings_of(const Params& params) {
  N4Settings settings;
  for (const std::int64_t count : params.integers("iterations")) settings.iterations.push_back(static_cast<unsigned>(count));
  const auto& points = params.integers("control_points");
  std::transform(points.begin(), points.end(), settings.control_points.begin(),
                 [](std::int64_t count) { return static_cast<unsigned>(count); });
  settings.convergence_threshold = params.number("convergence_threshold");
  settings.histogram_bins = static_cast<unsigned>(params.integer("histogram_bins"));
  settings.fwhm = params.number("fwhm");
  settings.wiener_noise = params.number("wiener_noise");
  return settings;
}

void require_levels(const N4Settings& settings) {
  const std::size_t levels = settings.iterations.size();
  if (levels == 0 || levels > kMostLevels)
    throw Error("parameter 'iterations' has " + std::to_string(levels) + " numbers; 1 to " + std::to_string(kMostLevels) +
                " are expected, one for each level, such as [50, 50, 50, 50]");
}

/// The padding with which the image becomes a whole number of mesh elements long, and that number.
void add_distance(double distance, const Geometry& grid, std::size_t axis, N4Plan& plan) {
  const double length = static_cast<double>(grid.size[axis] - 1) * grid.spacing[axis];
  const double elements = std::max(1.0, std::ceil(length / distance));
  const double extra = std::floor((elements * distance - length) / grid.spacing[axis] + 0.5);
  plan.settings.control_points[axis] = static_cast<unsigned>(std::min(elements, 2 * kMostElements)) + 3;
  const auto voxels = static_cast<std::int64_t>(std::min(extra, 1e9));
  plan.padding.below[axis] = voxels / 2;
  plan.padding.above[axis] = voxels - voxels / 2;
}

void require_mesh(const N4Plan& plan) {
  const double doublings = std::exp2(static_cast<double>(plan.settings.iterations.size() - 1));
  for (const unsigned points : plan.settings.control_points)
    if ((points - 3.0) * doublings > kMostElements)
      throw Error("the B-spline mesh would have more than " + std::to_string(static_cast<int>(kMostElements)) +
                  " elements along an axis on the last level; give fewer levels in 'iterations', fewer 'control_points' or a " +
                  "larger 'spline_distance'");
}

void require_padding(const N4Plan& plan, const Geometry& grid, const std::string& name) {
  double share = 1;
  for (std::size_t axis = 0; axis < 3; ++axis)
    share *= 1 + static_cast<double>(plan.padding.below[axis] + plan.padding.above[axis]) / static_cast<double>(grid.size[axis]);
  if (share > kMostPadding)
    throw Error("with 'spline_distance' as it is, '" + name + "' would be padded to more than " +
                std::to_string(static_cast<int>(kMostPadding)) +
                " times its voxels; give a smaller one, or 'control_points' and a 'spline_distance' of 0");
}

ParamSpec integer(const char* name, std::int64_t value, const char* help, double min, double max) {
  return {.name = name, .type = ParamType::integer, .default_value = value, .help = help, .min = min, .max = max};
}

ParamSpec integers(const char* name, std::vector<std::int64_t> values, const char* help, double min, double max) {
  return {.name = name, .type = ParamType::integers, .default_value = std::move(values), .help = help, .min = min, .max = max};
}

ParamSpec number(const char* name, double value, const char* help, double min, double max, const char* unit = "") {
  return {.name = name, .default_value = value, .help = help, .min = min, .max = max, .unit = unit};
}

}  // namespace

std::vector<ParamSpec> n4_params() {
  ParamSpec points = integers("control_points", {4, 4, 4}, "Control points of the first level along x, y and z", 4, 64);
  points.length = 3;
  ParamSpec foreground{.name = "foreground", .type = ParamType::choice, .default_value = std::string("positive")};
  foreground.help = "Voxels that the field is fitted to where no mask is connected: all above 0, or those above Otsu's threshold";
  foreground.choices = {"positive", "otsu"};
  return {integer("shrink_factor", 4, "The field is fitted to every so many voxels along each axis", 1, 32),
          integers("iterations", {50, 50, 50, 50}, "Iterations of each level at most; each level halves the mesh", 1, 10000),
          number("convergence_threshold", 0.001, "A level ends when the field changes by less; 0: after all iterations", 0, 1),
          number("spline_distance", 0, "Size of the first level's mesh elements; 0: by 'control_points'", 0, 10000, "mm"),
          points,
          integer("histogram_bins", 200, "Bins of the histogram of log intensities", 8, 100000),
          number("fwhm", 0.15, "Width of the Gaussian that is taken out of the histogram, in log intensity", 0.001, 10),
          number("wiener_noise", 0.01, "Noise term of the Wiener filter that takes it out", 1e-6, 1e6),
          foreground};
}

N4Plan n4_plan(const Params& params, const Geometry& grid, const std::string& name) {
  N4Plan plan;
  plan.settings = settings_of(params);
  plan.shrink_factor = static_cast<unsigned>(params.integer("shrink_factor"));
  require_levels(plan.settings);
  const double distance = params.number("spline_distance");
  if (distance > 0)
    for (std::size_t axis = 0; axis < 3; ++axis) add_distance(distance, grid, axis, plan);
  require_mesh(plan);
  require_padding(plan, grid, name);
  return plan;
}

}  // namespace flowrun::restore
