#include "node_types.h"

#include "box.h"
#include "common/grid/inputs.h"
#include "flowrun/sdk/node.h"
#include "images.h"
#include "resampling.h"

namespace flowrun::geometry {
namespace {

template <class Image>
constexpr Input<Image> kIn{kPort<Image>, "The whole image"};
constexpr OptionalInput<Mask> kAround{"around",
                                      "The mask whose box is cut out, on the same grid or on another one over the same box; "
                                      "without it 'begin' and 'end' say"};
template <class Image>
constexpr Output<Image> kOut{kPort<Image>, "The voxels of the box, each at its place in the world"};

const std::vector<std::int64_t> kWhole{0, 0, 0};

/// The voxel that a number of 'begin' or 'end' means: negative ones count from the end of the axis.
std::int64_t from_either_end(std::int64_t value, std::int64_t size) {
  return value < 0 ? std::max<std::int64_t>(value, -size - 1) + size : value;
}

Box box_by_numbers(const Params& params, const Geometry& grid, const std::string& name) {
  Box box;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const std::int64_t size = grid.size[axis], begin = params.integers("begin")[axis], end = params.integers("end")[axis];
    box.begin[axis] = from_either_end(begin, size);
    box.end[axis] = end == 0 ? size : from_either_end(end, size);
    if (box.begin[axis] < 0 || box.end[axis] > size || box.begin[axis] >= box.end[axis])
      throw Error("'begin' " + std::to_string(begin) + " and 'end' " + std::to_string(end) + " along " + "xyz"[axis] +
                  " name no voxels of '" + name + "', which has " + std::to_string(size) +
                  " along that axis; 'begin' is the first voxel, 'end' the one behind the last (0: all that follow), and " +
                  "negative numbers count from the end");
  }
  return box;
}

/// The mask may be a coarser look at the same box of the world, as geometry.resize_volume makes it.
template <class Image>
void require_one_box(const Image& image, const std::string& image_name, const Mask& around, const std::string& name) {
  grid::require_complete(around, kAround.name);
  require_box(image.geometry, image_name);
  grid::require_one_space(image.facts, image_name, around.facts, name);
  if (grid_difference(image.geometry, around.geometry).empty()) return;
  require_box(around.geometry, name);
  if (!box_difference(image.geometry, around.geometry).empty())
    require_same_grid(image.geometry, image_name, around.geometry, name);
}

template <class Image>
Box box_by_mask(const Params& params, const Image& image, const Mask& around) {
  const std::string name = grid::name_of(around.source, kAround.name);
  if (params.integers("begin") != kWhole || params.integers("end") != kWhole)
    throw Error("input 'around' is connected, so the box is that of '" + name +
                "', but 'begin' or 'end' is given too; leave out one of both");
  require_one_box(image, grid::name_of(image.source, kPort<Image>), around, name);
  const double slice_share = params.number("slice_share");
  const Box box = box_around(around, slice_share);
  if (box == Box{})
    throw Error("'" + name + "' has no voxel that is not 0" +
                (slice_share > 0 ? " in a slice of which more than the share 'slice_share' is not 0" : "") +
                ", so there is no box to cut out; look at what made the mask");
  return with_margin(scaled(box, around.geometry, image.geometry, params.number("margin_share")), image.geometry,
                     params.number("margin"));
}

template <class Image>
class Crop : public Node {
 public:
  void process(Context& context) override {
    const Image& image = context.in(kIn<Image>);
    grid::require_complete(image, kPort<Image>);
    const Mask* around = context.in(kAround);
    const Box box = around ? box_by_mask(context.params(), image, *around)
                           : box_by_numbers(context.params(), image.geometry, grid::name_of(image.source, kPort<Image>));
    if (box == Box{{0, 0, 0}, image.geometry.size}) return context.pass(kIn<Image>, kOut<Image>);
    Image result;
    result.geometry = cut(image.geometry, box);
    const auto count = static_cast<std::size_t>(result.geometry.voxel_count());
    reserve_large(result.voxels, count);
    result.voxels.resize(count);
    result.source = image.source;
    result.facts = image.facts;
    copy_out(image.voxels, image.geometry, box, result.voxels);
    context.emit(kOut<Image>, std::move(result));
  }
};

ParamSpec voxels_param(const char* name, const char* help) {
  return {.name = name, .type = ParamType::integers, .default_value = kWhole, .help = help, .unit = "voxels", .length = 3};
}

constexpr char kDetails[] =
    "Cuts a box out of an image: the box around the voxels of the mask 'around' that are not 0, larger by 'margin' mm on each "
    "side (rounded up to whole voxels) as far as the image reaches; or, without that mask, the voxels from 'begin' up to, not "
    "including, 'end'. Networks and filters then work on the head or the brain alone, in a part of the time and memory. No value "
    "is computed, and every voxel keeps its place in the world: the origin moves. Bring results back with "
    "geometry.pad_volume_like or geometry.pad_mask_like and the whole image as the reference.\n\n"
    "The mask may have another number of voxels over the same box of the world, such as one that was found in a small copy by "
    "geometry.resize_volume; the cut then reaches from the voxel that the box begins in to the one that it ends in. "
    "'margin_share' makes the box larger by that share of its size on each side, as deepbet does (Fisch et al., Computers in "
    "Biology and Medicine 2024): its centre and its size with the margin are rounded to whole voxels. 'margin' is added after "
    "that. 'slice_share' leaves slices out of the box of which no more than this share is inside, so specks do not count.\n\n"
    "'begin' and 'end' are in voxels along x, y and z, counted from 0; negative numbers count from the end of the axis, and an "
    "'end' of 0 is the end itself. A box that is the whole image passes the input on without a copy.\n\n"
    "Errors: a mask without a voxel, or with 'slice_share' without a slice that counts; a mask on a grid over another box; "
    "'begin' or 'end' given beside a mask; a range without a voxel or "
    "beyond the image; with a mask, a spacing that is not above 0; an image with fewer values than voxels.";

template <class Image>
NodeType crop_type() {
  const std::string port(kPort<Image>);
  NodeType type;
  type.name = "geometry.crop_" + port;
  type.summary =
      std::string("The part of ") + (port == "mask" ? "a mask" : "an image") + " in the box of a mask or of given voxels";
  type.details = kDetails;
  type.inputs = {kIn<Image>, kAround};
  type.outputs = {kOut<Image>};
  type.params = {{.name = "margin",
                  .default_value = 0.0,
                  .help = "How much larger than the mask's box the cut is, on each side",
                  .min = 0,
                  .max = 1000,
                  .unit = "mm"},
                 {.name = "margin_share",
                  .default_value = 0.0,
                  .help = "How much larger the box is on each side, as a share of its size; 0.1 is a tenth",
                  .min = 0,
                  .max = 100},
                 {.name = "slice_share",
                  .default_value = 0.0,
                  .help = "Slices of the mask of which no more than this share is inside do not count for the box",
                  .min = 0,
                  .max = 1},
                 voxels_param("begin", "First voxel along x, y and z, where no mask is connected; negative: from the end"),
                 voxels_param("end", "Voxel behind the last along x, y and z; 0: all that follow; negative: from the end")};
  type.concurrent = true;
  type.create = create_node<Crop<Image>>;
  return type;
}

}  // namespace

NodeType crop_volume_type() { return crop_type<Volume>(); }
NodeType crop_mask_type() { return crop_type<Mask>(); }

}  // namespace flowrun::geometry
