#include "node_types.h"

#include <algorithm>
#include <array>
#include <optional>

#include "common/grid/inputs.h"
#include "doubt.h"
#include "flowrun/sdk/node.h"
#include "flowrun/sdk/payloads.h"
#include "signs.h"

namespace flowrun::check {
namespace {

constexpr Input<Mask> kBrain{"brain", "Brain on the images' grid, with the fluid around it"};
constexpr OptionalInput<Volume> kFlair{"flair", "FLAIR, before it is standardised"};
constexpr OptionalInput<Volume> kT1{"t1", "T1 on the same grid, before it is standardised"};
constexpr OptionalInput<Volume> kT2{"t2", "T2 on the same grid, before it is standardised"};
constexpr OptionalInput<Volume> kPd{"pd", "PD on the same grid, before it is standardised"};

struct Given {
  OptionalInput<Volume> port;
  const char* contrast;
};
constexpr std::array kImages{Given{kFlair, "FLAIR"}, Given{kT1, "T1"}, Given{kT2, "T2"}, Given{kPd, "PD"}};

/// An image, what it was given as, and what it looks like.
struct Judged {
  const Volume* volume = nullptr;
  std::string contrast, name;
  Signs signs;
  bool is_same_image(const Judged& other) const { return volume->voxels == other.volume->voxels; }
};

/// A sign that is larger in one contrast than in every other one.
struct Rule {
  const char* contrast;
  double Signs::* sign;
  const char* what;
};
constexpr std::array kRules{
    Rule{"T1", &Signs::deep_to_surface, "white matter beside cortex (deep to surface)"},
    Rule{"T2", &Signs::bright_to_dark, "fluid beside the brain (bright to dark)"},
};

/// A ball or an ellipsoid fills 0.52 of the box around it, an image without a background of 0 all of it.
constexpr double kFullestBox = 0.75;

bool is_brain(const Mask& mask) {
  std::array<std::int64_t, 3> low = mask.geometry.size, high{-1, -1, -1};
  std::int64_t inside = 0;
  for (std::int64_t i = 0; i < mask.geometry.voxel_count(); ++i) {
    if (mask.voxels[static_cast<std::size_t>(i)] == 0) continue;
    const auto at = mask.geometry.voxel_at(i);
    for (std::size_t axis = 0; axis < 3; ++axis) low[axis] = std::min(low[axis], at[axis]), high[axis] = std::max(high[axis], at[axis]);
    ++inside;
  }
  double box = 1;
  for (std::size_t axis = 0; axis < 3; ++axis) box *= static_cast<double>(high[axis] - low[axis] + 1);
  return inside > 0 && static_cast<double>(inside) <= kFullestBox * box;
}

/// Of images on another grid the nodes that use both say so.
bool lies_on_grid_of(const Mask& brain, const Volume& volume) {
  grid::require_complete(volume, "volume");
  return grid_difference(volume.geometry, brain.geometry).empty();
}

class Contrasts : public Node {
 public:
  void process(Context& context) override {
    const Mask& brain = context.in(kBrain);
    grid::require_complete(brain, "brain");
    if (!is_brain(brain)) return;
    const std::vector<double> depths = squared_depths(brain, context);
    std::vector<Judged> judged;
    for (const auto& [port, contrast] : kImages)
      if (const Volume* volume = context.in(port); volume && lies_on_grid_of(brain, *volume) && !context.cancelled())
        if (auto signs = signs_in(context, *volume, contrast, brain, depths)) judged.push_back(std::move(*signs));
    if (context.cancelled()) return;
    find_same(context, judged);
    for (const Rule& rule : kRules) compare(context, rule, judged);
  }

 private:
  static std::optional<Judged> signs_in(Context& context, const Volume& volume, const std::string& contrast, const Mask& brain,
                                        const std::vector<double>& depths) {
    const std::string name = grid::name_of(volume.source, contrast);
    if (const std::optional<Signs> signs = signs_of(volume, brain, depths)) return Judged{&volume, contrast, name, *signs};
    context.warn("the contrast of '" + name + "', given as " + contrast +
                 ", could not be compared with the others: the brain is too small, or the image is standardised or has one value there");
    return std::nullopt;
  }

  static void find_same(Context& context, const std::vector<Judged>& judged) {
    for (std::size_t i = 0; i < judged.size(); ++i)
      for (std::size_t j = 0; j < i; ++j)
        if (judged[i].is_same_image(judged[j]))
          doubt(context, "'" + judged[j].name + "', given as " + judged[j].contrast + ", and '" + judged[i].name +
                             "', given as " + judged[i].contrast + ", are the same image; give each input its own file");
  }

  static void compare(Context& context, const Rule& rule, const std::vector<Judged>& judged) {
    const auto owner = std::ranges::find(judged, rule.contrast, &Judged::contrast);
    if (owner == judged.end()) return;
    for (const Judged& other : judged)
      if (&other != &*owner && !other.is_same_image(*owner) && !(owner->signs.*rule.sign > other.signs.*rule.sign)) {
        const std::string here = rounded(owner->signs.*rule.sign, 2), there = rounded(other.signs.*rule.sign, 2);
        doubt(context, "'" + owner->name + "', given as " + owner->contrast + ", and '" + other.name + "', given as " +
                           other.contrast + (here == there ? ", look alike: the " : ", seem exchanged: the ") + rule.what +
                           " is brightest in a " + rule.contrast + ", and is " + here + " in the first and " + there +
                           " in the second; look whether the right file was given for each input");
      }
  }
};

}  // namespace

NodeType contrasts_type() {
  NodeType type;
  type.name = "check.contrasts";
  type.summary = "Whether images of one head were given for the contrasts that they are";
  type.details =
      "Compares the images with each other, so it needs no limits that hold for every scanner.\n\n"
      "Two figures of check.contrast are used: deep_to_surface is larger in a T1 than in every other contrast, bright_to_dark larger "
      "in a T2. An image that takes the place of "
      "a T1 or T2, or is given twice, is a doubt: a warning, or the end of the case with 'on_doubt' \"fail\". A FLAIR is not "
      "distinguished from a PD.\n\n"
      "Takes images in their own units, as intensity.normalise takes them, not as it gives them. A single image has nothing to be "
      "compared with and passes. An image that is too even or standardised is a warning.\n\n"
      "Nothing is compared where the mask cannot be a brain (it fills more than 0.75 of the box around it, as an image whose "
      "background is not 0), and with images on another grid than the mask: other nodes say so.\n\n"
      "Errors: a mask or an image with fewer values than voxels.";
  type.inputs = {kBrain, kFlair, kT1, kT2, kPd};
  type.params = {on_doubt()};
  type.concurrent = true;
  type.create = create_node<Contrasts>;
  return type;
}

}  // namespace flowrun::check
