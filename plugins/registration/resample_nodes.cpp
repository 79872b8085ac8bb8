#include "node_types.h"

#include <limits>
#include <memory>

#include "flowrun/sdk/node.h"
#include "flowrun/sdk/payloads.h"
#include "inputs.h"
#include "interpolate.h"
#include "resample.h"
#include "spaces.h"
#include "voxel_map.h"

namespace flowrun::registration {
namespace {

template <class Image>
constexpr std::string_view kPort = "volume";
template <>
constexpr std::string_view kPort<Mask> = "mask";
template <>
constexpr std::string_view kPort<Labels> = "labels";

template <class Image>
constexpr Input<Image> kIn{kPort<Image>, "The image to bring to another grid"};
constexpr OptionalInput<Volume> kReference{"reference", "The image whose grid and space the result gets"};
constexpr VariadicInput<Transform> kTransforms{
    "transforms", "From the reference's space to that of the image, applied from first to last", {}, false};
template <class Image>
constexpr Output<Image> kOut{kPort<Image>, "The image on the new grid"};

/// The new grid: the reference's, else the image's own; with 'spacing' in the place of theirs where that is given.
Geometry grid_of(const Params& params, const Geometry& own, const Volume* reference) {
  const std::vector<double>& spacing = params.numbers("spacing");
  if (!reference && spacing[0] == 0 && spacing[1] == 0 && spacing[2] == 0)
    throw Error("neither a reference nor a spacing is given: connect 'reference', or set 'spacing', as [1, 1, 1]");
  return respaced(reference ? reference->geometry : own, {spacing[0], spacing[1], spacing[2]});
}

/// Warns when the image lies beside the grid, of which a lattice of voxels is looked at.
template <class Image>
void warn_if_beside(Context& context, const Image& image, const Geometry& grid, const Transform& whole) {
  constexpr std::int64_t kLooks = 24;  // an axis
  const VoxelMap map(grid, whole, image.geometry);
  std::array<std::int64_t, 3> count;
  for (std::size_t axis = 0; axis < 3; ++axis) count[axis] = std::min(grid.size[axis], kLooks);
  const auto at = [&](std::int64_t i, std::size_t axis) { return (2 * i + 1) * grid.size[axis] / (2 * count[axis]); };
  for (std::int64_t z = 0; z < count[2]; ++z)
    for (std::int64_t y = 0; y < count[1]; ++y)
      for (std::int64_t x = 0; x < count[0]; ++x)
        if (is_inside(image.geometry.size, map(at(x, 0), at(y, 1), at(z, 2)))) return;
  context.warn(
      "'" + grid::name_of(image.source, kPort<Image>) +
      "' lies beside the new grid: practically all of the result is the value outside; check the transforms and their order");
}

template <class Image>
auto outside_of(const Params& params) {
  if constexpr (std::is_same_v<Image, Volume>) return static_cast<float>(params.number("outside"));
  else return static_cast<typename decltype(Image::voxels)::value_type>(params.integer("outside"));
}

void warn_of_blending(Context& context, const Volume& volume, Interpolation interpolation) {
  if (interpolation == Interpolation::nearest || (volume.facts.kind != kMask && volume.facts.kind != kLabels)) return;
  context.warn("'" + grid::name_of(volume.source, "volume") + "' contains " + (volume.facts.kind == kMask ? "a mask" : "labels") +
               ", which this interpolation blends; read it as such and take registration.resample_mask or resample_labels, or "
               "set 'interpolation' to \"nearest\"");
}

template <class Image>
class Resample : public Node {
 public:
  void process(Context& context) override {
    const Image& image = context.in(kIn<Image>);
    const Volume* reference = context.in(kReference);
    const std::vector<const Transform*> transforms = context.in(kTransforms);
    require_image(image, kPort<Image>);
    if (reference) require_image(*reference, "reference");
    if (!reference && !transforms.empty())
      throw Error("a transform leads from the reference's space to the image, but no reference is given; connect 'reference'");
    const Transform whole = chained(transforms);
    if (reference)
      require_spaces(whole, !transforms.empty(), reference->facts.space, grid::name_of(reference->source, "reference"),
                     image.facts.space, grid::name_of(image.source, kPort<Image>));
    const Geometry grid = grid_of(context.params(), image.geometry, reference);
    const Interpolation interpolation = interpolation_of(context.params().text("interpolation"));
    if constexpr (std::is_same_v<Image, Volume>) warn_of_blending(context, image, interpolation);
    warn_if_beside(context, image, grid, whole);
    Image result = resampled(image, grid, whole, interpolation, outside_of<Image>(context.params()), work_of(context));
    if (reference && !reference->facts.space.empty()) result.facts.space = reference->facts.space;
    else if (!transforms.empty()) result.facts.space = whole.from;
    context.emit(kOut<Image>, std::move(result));
  }
};

constexpr char kCommonDetails[] =
    "The grid is the reference's, or the image's own where none is connected; 'spacing' replaces the voxel size of either: the "
    "new "
    "grid covers the same box about the same centre, to half a new voxel. Several transforms are joined and applied in one "
    "step, so values are interpolated once. A transform leads from places of the reference to places of the image, the "
    "direction of ITK and of flowrun/sdk/transform.h; registration.rigid makes them so.\n\n"
    "The result carries the reference's space. Errors: known spaces of the images and the transforms that contradict each other; "
    "neither reference nor spacing; transforms without a reference; a grid of more than 4e9 voxels. A warning: the image lies "
    "beside the grid.\n\n";

constexpr char kVolumeDetails[] =
    "Values equal those of ITK's ResampleImageFilter with LinearInterpolateImageFunction, BSplineInterpolateImageFunction (order "
    "3), WindowedSincInterpolateImageFunction (radius 4, Hamming) and NearestNeighborInterpolateImageFunction to 1e-4 of the "
    "image's range. B-splines and windowed sinc overshoot at edges. Nothing is smoothed before a coarser grid is taken. Error: "
    "values that are not finite, with bspline or windowed_sinc.";

constexpr char kMaskDetails[] =
    "nearest: the value of the nearest voxel. linear: inside (1) where more than half of the weight of the eight voxels around "
    "is "
    "inside.";

constexpr char kLabelsDetails[] =
    "Labels are never mixed. nearest: the label of the nearest voxel. linear: each label is interpolated on its own, and the one "
    "with the largest share wins, of equal ones the smallest number; edges are smoother than with nearest.";

template <class Image>
std::vector<ParamSpec> params_of() {
  constexpr bool is_volume = std::is_same_v<Image, Volume>;
  ParamSpec spacing{.name = "spacing", .type = ParamType::numbers, .default_value = std::vector<double>{0, 0, 0}};
  spacing.help = "Voxel size of the result along x, y, z; 0 keeps that of the grid";
  spacing.min = 0, spacing.max = 1000, spacing.unit = "mm", spacing.length = 3;
  ParamSpec interpolation{.name = "interpolation", .type = ParamType::choice};
  interpolation.default_value = std::string(is_volume ? "linear" : "nearest");
  interpolation.help = "How values between voxels are computed";
  interpolation.choices = is_volume ? std::vector<std::string>{"linear", "bspline", "windowed_sinc", "nearest"}
                                    : std::vector<std::string>{"nearest", "linear"};
  ParamSpec outside{.name = "outside", .type = is_volume ? ParamType::number : ParamType::integer};
  outside.default_value = is_volume ? ParamValue(0.0) : ParamValue(std::int64_t{0});
  outside.help = "Value of voxels that lie outside the image";
  if (std::is_same_v<Image, Mask>) outside.min = 0, outside.max = 255;
  if (std::is_same_v<Image, Labels>)
    outside.min = std::numeric_limits<std::int32_t>::min(), outside.max = std::numeric_limits<std::int32_t>::max();
  return {spacing, interpolation, outside};
}

template <class Image>
NodeType resample_type(const std::string& what, const char* details) {
  NodeType type;
  type.name = "registration.resample_" + std::string(kPort<Image>);
  type.summary = what + " on the grid of a reference image, or with another voxel size";
  type.details = std::string(kCommonDetails) + details;
  type.inputs = {kIn<Image>, kReference, kTransforms};
  type.outputs = {kOut<Image>};
  type.params = params_of<Image>();
  type.concurrent = true;
  type.create = create_node<Resample<Image>>;
  return type;
}

}  // namespace

NodeType resample_volume_type() { return resample_type<Volume>("An image", kVolumeDetails); }
NodeType resample_mask_type() { return resample_type<Mask>("A mask", kMaskDetails); }
NodeType resample_labels_type() { return resample_type<Labels>("A label image", kLabelsDetails); }

}  // namespace flowrun::registration
