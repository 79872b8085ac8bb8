#include "node_types.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "common/grid/axes.h"
#include "common/grid/inputs.h"
#include "doubt.h"
#include "flowrun/sdk/node.h"
#include "flowrun/sdk/payloads.h"

namespace flowrun::check {
namespace {

constexpr Input<Mask> kMask{"mask", "Brain mask; any value but 0 is inside"};
constexpr Output<Mask> kOutMask{"mask", "The mask as it came"};
constexpr Output<Number> kVolume{"volume", "Volume of the voxels inside, in ml"};

constexpr double kAbsurd = 5;   // times the largest volume without a doubt
constexpr double kRadius = 70;  // mm, of a ball that is about a brain

/// One of the six faces of an image's box.
struct Face {
  std::size_t axis = 0;
  bool last = false;
  double area = 0;   ///< of the mask in the outermost voxels, mm2
  double depth = 0;  ///< of what a ball of kRadius has beyond them, mm
};

/// The height of the part of a ball of kRadius that a plane cuts off, by the area of the cut in mm2.
double height_of_cut(double area) {
  return kRadius - std::sqrt(std::max(kRadius * kRadius - area / std::numbers::pi, 0.0));
}

double area_at(const Mask& mask, std::size_t axis, bool last) {
  const auto& size = mask.geometry.size;
  const std::array<std::int64_t, 3> stride{1, size[0], size[0] * size[1]};
  const std::size_t u = (axis + 1) % 3, v = (axis + 2) % 3;
  const std::int64_t first = last ? (size[axis] - 1) * stride[axis] : 0;
  std::int64_t voxels = 0;
  for (std::int64_t b = 0; b < size[v]; ++b)
    for (std::int64_t a = 0; a < size[u]; ++a)
      voxels += mask.voxels[static_cast<std::size_t>(first + a * stride[u] + b * stride[v])] != 0;
  return static_cast<double>(voxels) * mask.geometry.spacing[u] * mask.geometry.spacing[v];
}

Face most_cut(const Mask& mask) {
  Face worst;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    if (mask.geometry.size[axis] < 2) continue;  // a single slice is all face
    for (const bool last : {false, true}) {
      const double area = area_at(mask, axis, last), depth = height_of_cut(area) - mask.geometry.spacing[axis];
      if (depth > worst.depth) worst = {axis, last, area, depth};
    }
  }
  return worst;
}

std::string side_of(const Mask& mask, const Face& face, const std::string& name) {
  const grid::AxisRun run = grid::axes_of(mask.geometry, name)[face.axis];
  constexpr std::array<const char*, 3> kForward{"left", "back", "upper"}, kBackward{"right", "front", "lower"};
  return (run.forward == face.last ? kForward : kBackward)[run.world];
}

class Brain : public Node {
 public:
  void process(Context& context) override {
    const Mask& mask = context.in(kMask);
    grid::require_complete(mask, "mask");
    const std::string name = grid::name_of(mask.source, "mask");
    require_voxel_size(mask.geometry, name);
    Number volume;
    volume.value = volume_of(mask);
    volume.unit = "ml";
    if (volume.value == 0)
      throw Error("no brain was found: the brain mask of '" + name +
                  "' has no voxel inside; look whether the image shows a head and which contrast it is, or give a brain mask");
    context.report("volume_ml", volume.value);
    judge_volume(context, name, volume.value);
    judge_faces(context, name, most_cut(mask), mask);
    context.emit(kVolume, std::move(volume));
    context.pass(kMask, kOutMask);
  }

 private:
  static double volume_of(const Mask& mask) {
    const auto outside = std::count(mask.voxels.begin(), mask.voxels.end(), std::uint8_t{0});
    const auto inside = static_cast<double>(static_cast<std::int64_t>(mask.voxels.size()) - outside);
    return inside * mask.geometry.voxel_volume() / 1000;
  }

  static void judge_volume(Context& context, const std::string& name, double volume) {
    const double smallest = context.params().number("smallest"), largest = context.params().number("largest");
    if (smallest >= largest)
      throw Error("parameter 'smallest' is " + rounded(smallest) + " ml and 'largest' is " + rounded(largest) +
                  " ml; the first has to be below the second");
    if (volume > kAbsurd * largest)
      throw Error("the brain mask of '" + name + "' has " + rounded(volume / 1000) +
                  " litres, which no brain has; the voxel size in the header is probably wrong (mm are expected)");
    if (volume >= smallest && volume <= largest) return;
    doubt(context, "the brain mask of '" + name + "' has " + rounded(volume) + " ml, but " + rounded(smallest) + " to " +
                       rounded(largest) + " ml are expected; look at the picture of the brain before the results are used");
  }

  static void judge_faces(Context& context, const std::string& name, const Face& face, const Mask& mask) {
    context.report("cut_mm", face.depth);
    if (!(face.depth > context.params().number("largest_cut"))) return;
    doubt(context, "the brain of '" + name + "' reaches the " + side_of(mask, face, name) + " end of the image over " +
                       rounded(face.area / 100) + " cm2: about " + rounded(face.depth) +
                       " mm of the brain lie outside the image and are not looked at");
  }
};

ParamSpec limit(const char* name, double value, const char* help, const char* unit) {
  return {.name = name, .default_value = value, .help = help, .min = 0, .unit = unit};
}

}  // namespace

NodeType brain_type() {
  NodeType type;
  type.name = "check.brain";
  type.summary = "Whether a brain mask can be one: not empty, of a brain's size, not cut off by the image";
  type.details =
      "Passes the mask on as it is; nothing is copied. An empty mask is an Error: no brain was found. Doubts are warnings, or end "
      "the case with 'on_doubt' \"fail\":\n\n"
      "- A volume outside 'smallest' to 'largest'. Brains of adults with the fluid around them have about 1000 to 1900 ml; the "
      "limits leave room for children, atrophy and generous masks. For infants set 'smallest' to 200.\n"
      "- A brain that reaches an end of the image, where more than 'largest_cut' of it must lie outside. The depth comes from the area "
      "at that end, as if the brain were a ball of 70 mm radius cut by a plane, less the thickness of a slice. The sentence "
      "names the end. The stem of the brain, which reaches the lower end of many images, has about 2 mm by this measure.\n\n"
      "The volume is a Number for other nodes. Reports volume_ml and cut_mm, the largest of these depths. Errors: an "
      "empty mask; more than 5 times 'largest'; a voxel size that is not above 0; a mask with fewer values than voxels.";
  type.inputs = {kMask};
  type.outputs = {kOutMask, kVolume};
  type.params = {limit("smallest", 700, "Smallest volume without a doubt", "ml"),
                 limit("largest", 2200, "Largest volume without a doubt", "ml"),
                 limit("largest_cut", 5, "Largest depth of brain outside the image without a doubt", "mm"), on_doubt()};
  type.concurrent = true;
  type.create = create_node<Brain>;
  return type;
}

}  // namespace flowrun::check
