#include "node_types.h"

#include <algorithm>
#include <cmath>

#include "block_filter.h"
#include "common/grid/inputs.h"
#include "flowrun/sdk/node.h"
#include "flowrun/sdk/payloads.h"
#include "foreground.h"
#include "noise_estimate.h"

namespace flowrun::restore {
namespace {

constexpr Input<Volume> kVolume{"volume", "Magnitude image in any unit, on the grid that the scanner gave it"};
constexpr OptionalInput<Mask> kMask{"mask",
                                    "Voxels to restore, such as the brain, on the volume's grid; others stay as they are"};
constexpr Output<Volume> kOutVolume{"volume", "The image with less noise, on the same grid"};

/// Beyond this many sd an image has no noise worth the name, and squares of float32 would overflow.
constexpr double kMostSnr = 1e15;
constexpr double kLeastSigma = 1e-37, kMostSigma = 1e37;  ///< float32 can divide by it

BlockSettings settings_of(const Params& params) {
  BlockSettings settings;
  settings.search_radius = params.integer("search_radius");
  settings.patch_radius = params.integer("patch_radius");
  settings.step = params.integer("block_step");
  settings.beta = params.number("beta");
  settings.mean_ratio = params.number("mean_ratio");
  settings.variance_ratio = params.number("variance_ratio");
  settings.sigma = params.number("sigma");
  settings.rician = params.text("noise") == "rician";
  if (settings.step > 2 * settings.patch_radius)
    throw Error("parameter 'block_step' is " + std::to_string(settings.step) + ", more than twice 'patch_radius', which is " +
                std::to_string(settings.patch_radius) + "; blocks would leave voxels out");
  return settings;
}

void require_finite(const Volume& volume, const std::string& name) {
  const auto wrong = std::count_if(volume.voxels.begin(), volume.voxels.end(), [](float value) { return !std::isfinite(value); });
  if (wrong > 0)
    throw Error(std::to_string(wrong) + " voxels of '" + name +
                "' are NaN or infinite, which would spread to all blocks around them; repair the image first");
}

/// The given sigma, or the estimate. 0: the image has no noise that can be seen.
double sigma_of(Context& context, const Volume& volume, const Mask* mask, const BlockSettings& settings,
                const std::string& name) {
  if (settings.sigma > 0) return settings.sigma;
  const float above = mask ? 0.0F : otsu_threshold(volume.voxels);
  std::vector<std::uint8_t> inside = mask ? mask->voxels : voxels_above(volume.voxels, above);
  const NoiseEstimate found = estimated_noise(volume, inside, settings.rician);
  if (found.blocks == 0) {
    const auto [low, high] = std::minmax_element(volume.voxels.begin(), volume.voxels.end());
    if (*low == *high)
      throw Error("the noise of '" + name + "' cannot be estimated: all its voxels have the value " + std::to_string(*low) +
                  "; leave it out, or give the noise as parameter 'sigma'");
    throw Error("the noise of '" + name + "' cannot be estimated: no block of 2 x 2 x 2 voxels lies wholly in " +
                (mask ? "the mask" : "its brighter part (above Otsu's threshold)") + "; give it as parameter 'sigma'");
  }
  if (found.sigma > 0) context.report("signal_to_noise", found.signal / found.sigma);
  return found.sigma;
}

void warn_of_negative(Context& context, const Volume& volume, const std::string& name) {
  const auto negative = std::count_if(volume.voxels.begin(), volume.voxels.end(), [](float value) { return value < 0; });
  if (negative > 0)
    context.warn(std::to_string(negative) + " voxels of '" + name +
                 "' are below 0, which a magnitude image with Rician noise never is; they count by their squares. Set parameter "
                 "'noise' to gaussian for images that are no magnitudes");
}

/// Why nothing can be done, or "".
std::string no_noise(const Volume& volume, double sigma, const std::string& name) {
  if (!(sigma > kLeastSigma))
    return "no noise was found in '" + name + "', so it is passed on as it is; give 'sigma' where you know better";
  if (!(sigma < kMostSigma)) throw Error("the noise of '" + name + "' is near the largest float32; scale the image first");
  double largest = 0;
  for (const float value : volume.voxels) largest = std::max<double>(largest, std::abs(value));
  if (largest <= kMostSnr * sigma) return "";
  return "'sigma' is less than a 1e15th of the largest value of '" + name + "', so it is passed on as it is";
}

class NonlocalMeans : public Node {
 public:
  void process(Context& context) override {
    const Volume& volume = context.in(kVolume);
    const Mask* mask = context.in(kMask);
    grid::require_complete(volume, "volume");
    if (mask) grid::require_one_grid(volume, "volume", *mask, "mask");
    const std::string name = grid::name_of(volume.source, "volume");
    BlockSettings settings = settings_of(context.params());
    require_finite(volume, name);
    if (volume.voxels.empty()) return context.pass(kVolume, kOutVolume);
    settings.sigma = sigma_of(context, volume, mask, settings, name);
    context.report("sigma", settings.sigma);
    if (const std::string why = no_noise(volume, settings.sigma, name); !why.empty()) {
      context.warn(why);
      return context.pass(kVolume, kOutVolume);
    }
    if (settings.rician) warn_of_negative(context, volume, name);
    Volume result = image_like<Volume>(volume);
    result.voxels = block_filtered(volume, mask ? mask->voxels : std::vector<std::uint8_t>{}, settings, context);
    if (!context.cancelled()) context.emit(kOutVolume, std::move(result));
  }
};

ParamSpec integer(const char* name, std::int64_t value, const char* help, double min, double max) {
  ParamSpec spec{.name = name, .type = ParamType::integer, .default_value = value, .help = help, .min = min, .max = max};
  spec.unit = "voxels";
  return spec;
}

ParamSpec number(const char* name, double value, const char* help, double min, double max) {
  return {.name = name, .default_value = value, .help = help, .min = min, .max = max};
}

std::vector<ParamSpec> params() {
  ParamSpec noise{.name = "noise", .type = ParamType::choice, .default_value = std::string("rician")};
  noise.help = "What the noise is: rician of magnitude images, whose bias is taken out too, or gaussian";
  noise.choices = {"rician", "gaussian"};
  return {
      integer("search_radius", 5, "Blocks within so many voxels along each axis are compared (M)", 1, 20),
      integer("patch_radius", 1, "A block reaches so many voxels from its centre (alpha)", 1, 3),
      integer("block_step", 2, "Distance of the blocks that are restored, at most twice 'patch_radius' (n)", 1, 6),
      number("beta", 0.5, "Strength: less keeps more detail, 1 takes more noise", 0.01, 100),
      number("mean_ratio", 0.95, "Blocks are compared when their means differ by less than this factor; 0: all (mu1)", 0, 0.9999),
      number("variance_ratio", 0.5, "Likewise for their variances; 0: all (sigma1 squared)", 0, 0.9999),
      number("sigma", 0, "Standard deviation of the noise in the image's unit; 0: estimated", 0, 1e30),
      noise};
}

constexpr char kDetails[] =
    "Takes noise out of an image without blurring its edges: each small block becomes the mean of the blocks around that look "
    "like "
    "it, weighted by exp(-d2 / (2 beta sigma2 N)), where d2 is the sum of squared differences over the N voxels of a block. "
    "Blocks "
    "overlap, and a voxel gets the mean of what its blocks say. Source: Coupe et al., \"An optimized blockwise nonlocal means "
    "denoising filter for 3-D magnetic resonance images\", IEEE Transactions on Medical Imaging 2008, with its preselection "
    "(blocks "
    "whose mean and variance differ by more than the two ratios are not compared), radii, step and ratios. beta is 0.5 here, "
    "because it leaves less error than 1 in phantoms of 3, 6 and 9 % noise. The block itself counts as "
    "much as the best other one; others whose weight would be below exp(-16) do not count, so a block that is like no other is "
    "left as it is. Blocks at the border are completed as in a mirror.\n\n"
    "With 'noise' rician the squares are averaged and 2 sigma2 is subtracted, so the bias of dark magnitude signals goes too "
    "(Wiest-Daessle et al., MICCAI 2008); what would be below 0 becomes 0. With gaussian the values themselves are averaged.\n\n"
    "sigma 0: estimated as the median absolute deviation of the highest Haar wavelet coefficients over 0.6745 (Coupe et al., "
    "Medical Image Analysis 2010) in the flatter half of the mask, or without one of the voxels above Otsu's threshold, and "
    "corrected for Rician noise by Koay and Basser's fixed point (Journal of Magnetic Resonance 2006). It sees noise that "
    "differs from voxel to voxel: in an "
    "image that was resampled, smoothed or zero-filled the estimate is too low, so denoise first and resample after, or give "
    "sigma.\n\n"
    "The preselection compares ratios, so it is for images whose values lie above 0; set both ratios to 0 for standardised "
    "images. Distances and radii are in voxels along each axis, also for thick slices. With a mask, blocks that touch it are "
    "restored, from all blocks around; voxels outside it stay. Own code over the engine's threads: the same bits for any number "
    "of "
    "them. About 13 bytes a voxel beside the image.\n\n"
    "An image in which no noise is found is passed on with a warning; values below 0 with 'noise' rician are a warning. Errors: "
    "voxels that are NaN or infinite; block_step above twice patch_radius; sigma 0 and no 2 x 2 x 2 block to estimate it from; a "
    "mask on another grid. Reports sigma and, where it was estimated, signal_to_noise (the mean of those blocks over sigma).";

}  // namespace

NodeType nonlocal_means_type() {
  NodeType type;
  type.name = "restore.nonlocal_means";
  type.summary = "An image with less noise and its edges kept, by blockwise non-local means";
  type.details = kDetails;
  type.inputs = {kVolume, kMask};
  type.outputs = {kOutVolume};
  type.params = params();
  type.concurrent = true;
  type.create = create_node<NonlocalMeans>;
  return type;
}

}  // namespace flowrun::restore
