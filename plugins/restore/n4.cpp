#include "node_types.h"

#include <algorithm>
#include <cmath>

#include "common/grid/inputs.h"
#include "flowrun/sdk/node.h"
#include "flowrun/sdk/payloads.h"
#include "foreground.h"
#include "log_field.h"
#include "n4_params.h"

namespace flowrun::restore {
namespace {

constexpr Input<Volume> kVolume{"volume", "Image in any unit; voxels above 0 carry the signal"};
constexpr OptionalInput<Mask> kMask{"mask", "Voxels that the field is fitted to, such as the brain, on the volume's grid"};
constexpr Output<Volume> kOutVolume{"volume", "Image divided by the bias field at every voxel, on the same grid"};
constexpr Output<Volume> kLogField{"log_field", "Natural logarithm of the bias field at every voxel, on the same grid"};

constexpr std::int64_t kLeastVoxels = 10;  ///< a histogram of fewer says nothing
constexpr double kManyLeftOut = 0.01;

struct Name {
  std::string volume, mask;
};

void require_grid(const Volume& volume, const std::string& name) {
  const Geometry& grid = volume.geometry;
  for (std::size_t axis = 0; axis < 3; ++axis)
    if (grid.size[axis] < 2 || !std::isfinite(grid.spacing[axis]) || !(grid.spacing[axis] > 0))
      throw Error("N4 needs an image of 2 or more voxels along each axis with a spacing above 0, but '" + name + "' has " +
                  std::to_string(grid.size[axis]) + " voxels of " + std::to_string(grid.spacing[axis]) + " mm along axis " +
                  "xyz"[axis]);
}

/// The voxels that the field is fitted to.
Mask fitted_voxels(Context& context, const Volume& volume, const Name& name) {
  const Mask* given = context.in(kMask);
  if (given) grid::require_one_grid(volume, "volume", *given, "mask");
  const bool otsu = !given && context.params().text("foreground") == "otsu";
  Mask mask = image_like<Mask>(volume);
  const float above = otsu ? std::max(0.0F, otsu_threshold(volume.voxels)) : 0.0F;
  mask.voxels = voxels_above(volume.voxels, above, given ? given->voxels : std::vector<std::uint8_t>{});
  const auto kept = std::count(mask.voxels.begin(), mask.voxels.end(), 1);
  if (kept == 0)
    throw Error("'" + name.volume + "' has no voxel above 0" + (given ? " in '" + name.mask + "'" : "") +
                ", and N4 takes logarithms; check that it is the right image" + (given ? " and the right mask" : ""));
  if (!given) return mask;
  const auto asked = static_cast<double>(given->voxels.size() -
                                         static_cast<std::size_t>(std::count(given->voxels.begin(), given->voxels.end(), 0)));
  if (asked - static_cast<double>(kept) > kManyLeftOut * asked)
    context.warn(std::to_string(static_cast<std::int64_t>(asked) - kept) + " of the " +
                 std::to_string(static_cast<std::int64_t>(asked)) + " voxels of '" + name.mask +
                 "' are 0, negative or not finite in '" + name.volume +
                 "'; N4 takes logarithms, so they are left out of the fit");
  return mask;
}

template <class Image>
Image padded(const Image& image, const Padding& padding) {
  Image result;
  const Geometry& from = image.geometry;
  Geometry& to = result.geometry = from;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    to.size[axis] += padding.below[axis] + padding.above[axis];
    for (std::size_t row = 0; row < 3; ++row)
      to.origin[row] -= from.direction[3 * row + axis] * from.spacing[axis] * static_cast<double>(padding.below[axis]);
  }
  result.source = image.source;
  result.voxels.resize(static_cast<std::size_t>(to.voxel_count()));
  const auto& below = padding.below;
  for (std::int64_t z = 0; z < from.size[2]; ++z)
    for (std::int64_t y = 0; y < from.size[1]; ++y)
      std::copy_n(image.voxels.begin() + from.index_of(0, y, z), from.size[0],
                  result.voxels.begin() + to.index_of(below[0], y + below[1], z + below[2]));
  return result;
}

template <class Image>
Image small(const Image& image, const N4Plan& plan) {
  const auto any = [](std::int64_t count) { return count != 0; };
  const bool pads = std::any_of(plan.padding.below.begin(), plan.padding.below.end(), any) ||
                    std::any_of(plan.padding.above.begin(), plan.padding.above.end(), any);
  return pads ? shrunken(padded(image, plan.padding), plan.shrink_factor) : shrunken(image, plan.shrink_factor);
}

/// What N4's histogram sees of the chosen voxels.
struct Range {
  std::int64_t count = 0;
  bool constant = true, ascending = true;
};

Range range_of(const Volume& volume, const Mask& mask) {
  Range range;
  float first = 0, before = 0;
  for (std::size_t i = 0; i < mask.voxels.size(); ++i) {
    if (!mask.voxels[i]) continue;
    const float value = volume.voxels[i];
    if (range.count++ == 0) first = value;
    else range.constant &= value == first, range.ascending &= value > before;
    before = value;
  }
  return range;
}

/// Throws Error where the shrunken image is too little for N4. ITK's histogram has no lower end when each voxel is brighter than
/// the one before, as in a ramp.
void require_enough(const Volume& image, const Range& range, const N4Plan& plan, const Name& name) {
  const std::string factor = "with 'shrink_factor' " + std::to_string(plan.shrink_factor) + ", '" + name.volume + "' ";
  const auto& size = image.geometry.size;
  if (*std::min_element(size.begin(), size.end()) < 2)
    throw Error(factor + "has " + std::to_string(size[0]) + " x " + std::to_string(size[1]) + " x " + std::to_string(size[2]) +
                " voxels, and N4 needs 2 or more along each axis; give a smaller one");
  if (range.count < kLeastVoxels)
    throw Error(factor + "has " + std::to_string(range.count) + " voxels to fit a field to, and " + std::to_string(kLeastVoxels) +
                " are the least; give a smaller one or a larger mask");
  if (!range.constant && range.ascending)
    throw Error("the chosen voxels of '" + name.volume +
                "' ascend from the first to the last as in a ramp, which N4 cannot make a histogram of; it is no MR image");
}

/// Emits the image and its field.
void emit(Context& context, std::vector<float> log_field, const std::string& name) {
  Volume field = image_like<Volume>(context.in(kVolume));
  field.facts.kind.clear();
  field.voxels = std::move(log_field);
  if (!std::all_of(field.voxels.begin(), field.voxels.end(), [](float value) { return std::isfinite(value); }))
    throw Error("N4 found no finite bias field for '" + name + "'; look at its intensities, which may span too large a range");
  Volume result = context.take(kVolume);
  const std::int64_t plane = result.geometry.size[0] * result.geometry.size[1];
  context.parallel_for(result.geometry.size[2], [&](std::int64_t z) {
    for (std::int64_t i = z * plane; i < (z + 1) * plane; ++i) {
      float& voxel = result.voxels[static_cast<std::size_t>(i)];
      voxel = static_cast<float>(voxel / std::exp(static_cast<double>(field.voxels[static_cast<std::size_t>(i)])));
    }
  });
  context.emit(kOutVolume, std::move(result));
  context.emit(kLogField, std::move(field));
}

/// Coils change the brightness by tens of percent, not by orders of magnitude.
void judge_field(Context& context, double low, double high) {
  constexpr double kLow = 0.5, kHigh = 2, kAbsurdLow = 0.01, kAbsurdHigh = 100;
  const std::string range = "the bias field of the image goes from " + to_string(ParamValue(low)) + " to " + to_string(ParamValue(high));
  if (low < kAbsurdLow || high > kAbsurdHigh)
    throw Error(range + ", which no coil makes: the image has hardly any contrast, or a strange one, where the field is fitted; look at it");
  if (low < kLow || high > kHigh) context.warn(range + ", more than coils make (0.5 to 2); look at the corrected image");
}

void report_field(Context& context, const std::vector<float>& field, const Mask& mask) {
  double low = 0, high = 0;
  bool any = false;
  for (std::size_t i = 0; i < field.size(); ++i) {
    if (!mask.voxels[i]) continue;
    low = any ? std::min<double>(low, field[i]) : field[i];
    high = any ? std::max<double>(high, field[i]) : field[i];
    any = true;
  }
  context.report("field_low", std::exp(low));
  context.report("field_high", std::exp(high));
  judge_field(context, std::exp(low), std::exp(high));
}

class N4 : public Node {
 public:
  void process(Context& context) override {
    const Volume& volume = context.in(kVolume);
    grid::require_complete(volume, "volume");
    const Mask* given = context.in(kMask);
    const Name name{grid::name_of(volume.source, "volume"), given ? grid::name_of(given->source, "mask") : ""};
    require_grid(volume, name.volume);
    const N4Plan plan = n4_plan(context.params(), volume.geometry, name.volume);
    const Mask mask = fitted_voxels(context, volume, name);
    const std::vector<float> field = log_field(context, volume, mask, plan, name);
    if (context.cancelled()) return;
    report_field(context, field, mask);
    emit(context, field, name.volume);
  }

 private:
  static std::vector<float> log_field(Context& context, const Volume& volume, const Mask& mask, const N4Plan& plan,
                                      const Name& name) {
    const Volume image = small(volume, plan);
    const Mask inside = small(mask, plan);
    const Range range = range_of(image, inside);
    require_enough(image, range, plan, name);
    unsigned iterations = 0;
    Lattice lattice;
    if (!range.constant) lattice = fit(context, image, inside, plan.settings, iterations);
    else context.warn("all voxels of '" + name.volume + "' that N4 looks at have one value, so its bias field is 1");
    context.report("iterations", iterations);
    if (lattice.values.empty()) return std::vector<float>(volume.voxels.size());
    return sampled(lattice, volume.geometry.size, plan.padding, context);
  }

  static Lattice fit(Context& context, const Volume& image, const Mask& inside, const N4Settings& settings,
                     unsigned& iterations) {
    const auto levels = static_cast<double>(settings.iterations.size());
    return fit_log_field(image, inside, settings, [&](std::size_t level, unsigned iteration) {
      ++iterations;
      context.progress((static_cast<double>(level) + (iteration + 1.0) / settings.iterations[level]) / levels * 0.95);
      return !context.cancelled();
    });
  }
};

constexpr char kDetails[] =
    "Coils receive more from some places than from others, so one tissue is brighter here than there, smoothly, by 10 to 40 % "
    "across a head. N4 finds this bias field and divides by it: it sharpens the histogram of the log intensities, takes the "
    "difference as the field, smooths it by a B-spline, and repeats, on a mesh that is halved from level to level (Tustison et "
    "al., \"N4ITK: improved N3 bias correction\", IEEE Transactions on Medical Imaging 2010; the sharpening: Sled et al., same "
    "journal, 1998). The fit is ITK's N4BiasFieldCorrectionImageFilter on the image and mask that ITK's ShrinkImageFilter makes, "
    "with one thread, because ITK's sums depend on the number of threads; the spline is then sampled on the full grid by all "
    "threads, and the image divided by exp(log_field). The same bits for any number of threads.\n\n"
    "Defaults are those of ANTs' N4BiasFieldCorrection (shrink factor 4, four levels of 50 iterations, one mesh element, "
    "histogram of 200 bins, 0.15, 0.01) but for the convergence threshold: ANTs' 0 makes all 200 iterations, ITK's 0.001 here "
    "ends earlier, and in a phantom the result is as even (docs/restore.md). 'spline_distance' in mm, such as 200, pads the "
    "image with voxels that do not "
    "count until it is a whole number of elements long, as ANTs does, and replaces 'control_points'. Images of few slices may "
    "need a smaller shrink factor.\n\n"
    "Voxels: logarithms need values above 0. The field is fitted to the voxels of the mask that are above 0 and finite. Without "
    "a mask all such voxels of the image count; ANTs takes the whole image then and warns of values that are not above 0. With "
    "'foreground' otsu they must also be above Otsu's threshold, as in older ANTs and in ITK's examples; use it for raw heads "
    "whose background is noise. A brain mask is better than both where there is one. The correction reaches every voxel, "
    "also outside the mask, where the field is the spline's continuation; 0 stays 0, a negative value keeps its sign, NaN stays "
    "NaN. Intensities are not rescaled to the old range, so means change by a few percent.\n\n"
    "A chosen region of one value has field 1, with a warning; so is a mask of which more than 1 % is not above 0. Errors: "
    "fewer than 2 voxels along an axis, or after shrinking; no voxel above 0, or fewer than 10 after shrinking; voxels that "
    "ascend all the way, as in an artificial ramp; a mesh of more than 256 elements along an axis; padding to more than 8 times "
    "the "
    "voxels; a mask on another grid; a grid that ITK refuses. Reports iterations (of all levels), field_low and field_high (the "
    "field's range over the voxels that it was fitted to). Below 0.5 or above 2 is a warning, below 0.01 or above 100 an Error.";

}  // namespace

NodeType n4_type() {
  NodeType type;
  type.name = "restore.n4";
  type.summary = "An image without its bias field, by N4, and the field";
  type.details = kDetails;
  type.inputs = {kVolume, kMask};
  type.outputs = {kOutVolume, kLogField};
  type.params = n4_params();
  type.concurrent = true;
  type.create = create_node<N4>;
  return type;
}

}  // namespace flowrun::restore
