#include "images.h"

#include <algorithm>
#include <cmath>

#include "common/grid/axes.h"
#include "common/grid/inputs.h"
#include "flowrun/sdk/node.h"
#include "labelled_images.h"

namespace flowrun::train {
namespace {

constexpr VariadicInput<Volume> kVolumes{"volumes", "Images, one a channel, prepared as for the network's use", Scope::per_case};
constexpr OptionalInput<Mask> kLesions{"lesions", "What is to be found, on the same grid: label 1", Scope::per_case};
constexpr OptionalInput<Labels> kLabels{"labels", "Classes, on the same grid, in place of 'lesions'", Scope::per_case};
constexpr OptionalInput<Mask> kRegion{"region", "The images are cut to the box around it; missing: they are kept whole",
                                      Scope::per_case};
constexpr Output<LabelledImages> kImages{"images", "The images with their labels"};

constexpr std::int32_t kMostLabels = 255;

/// From the first voxel to the one behind the last along each axis.
struct Box {
  std::array<std::int64_t, 3> low{0, 0, 0}, high{0, 0, 0};
};

Box box_around(const Mask& region) {
  Box box{region.geometry.size, {0, 0, 0}};
  for (std::size_t i = 0; i < region.voxels.size(); ++i) {
    if (!region.voxels[i]) continue;
    const auto at = region.geometry.voxel_at(static_cast<std::int64_t>(i));
    for (std::size_t axis = 0; axis < 3; ++axis) {
      box.low[axis] = std::min(box.low[axis], at[axis]);
      box.high[axis] = std::max(box.high[axis], at[axis] + 1);
    }
  }
  if (box.high[0] == 0)
    throw Error("'" + grid::name_of(region.source, "region") +
                "' has no voxel, so nothing is left to train on; look at what made it");
  return box;
}

template <class Image>
void require_fit(const std::vector<const Volume*>& volumes, const Image& image, std::string_view port) {
  for (const Volume* volume : volumes) grid::require_one_grid(*volume, "volumes", image, port);
}

/// Calls take(linear index) for each voxel of the box, x fastest.
template <class Take>
void for_each_voxel(const Geometry& geometry, const Box& box, Take take) {
  for (std::int64_t z = box.low[2]; z < box.high[2]; ++z)
    for (std::int64_t y = box.low[1]; y < box.high[1]; ++y)
      for (std::int64_t x = box.low[0]; x < box.high[0]; ++x) take(static_cast<std::size_t>(geometry.index_of(x, y, z)));
}

std::uint8_t small_label(std::int32_t label, const Labels& labels) {
  if (label >= 0 && label <= kMostLabels) return static_cast<std::uint8_t>(label);
  throw Error("'" + grid::name_of(labels.source, "labels") + "' has the label " + std::to_string(label) +
              "; classes to train on are numbered from 0 to " + std::to_string(kMostLabels));
}

class Images : public Node {
 public:
  void process(Context& context) override {
    const auto volumes = context.in(kVolumes);
    const Mask* lesions = context.in(kLesions);
    const Labels* labels = context.in(kLabels);
    const Mask* region = context.in(kRegion);
    check(volumes, lesions, labels, region);
    const Geometry& geometry = volumes.front()->geometry;
    const Box box = region ? box_around(*region) : Box{{0, 0, 0}, geometry.size};

    LabelledImages images;
    images.case_name = context.case_name();
    images.channels = static_cast<std::int64_t>(volumes.size());
    images.axes = grid::axes_words(grid::axes_of(geometry, grid::name_of(volumes.front()->source, "volumes")));
    images.spacing = geometry.spacing;
    for (std::size_t axis = 0; axis < 3; ++axis) images.size[axis] = box.high[axis] - box.low[axis];
    images.labels.reserve(static_cast<std::size_t>(images.voxels()));
    for_each_voxel(geometry, box, [&](std::size_t i) {
      images.labels.push_back(lesions ? (lesions->voxels[i] ? 1 : 0) : small_label(labels->voxels[i], *labels));
    });
    for (const Volume* volume : volumes)
      for_each_voxel(geometry, box, [&](std::size_t i) { images.values.push_back(volume->voxels[i]); });
    report(context, lesions, labels, region, images);
    context.emit(kImages, std::move(images));
  }

 private:
  static void check(const std::vector<const Volume*>& volumes, const Mask* lesions, const Labels* labels, const Mask* region) {
    if (volumes.empty())
      throw Error("nothing is connected to input 'volumes'; connect at least one volume, in the order of channels");
    if (!lesions == !labels)
      throw Error(std::string(lesions ? "both" : "neither") +
                  " of the inputs 'lesions' and 'labels' are given; one of them says what is to be found");
    if (lesions) require_fit(volumes, *lesions, "lesions");
    if (labels) require_fit(volumes, *labels, "labels");
    if (region) require_fit(volumes, *region, "region");
    for (std::size_t i = 1; i < volumes.size(); ++i)
      grid::require_one_grid(*volumes.front(), "volumes", *volumes[i], "volumes[" + std::to_string(i) + "]");
    for (const Volume* volume : volumes)
      if (const auto wrong =
              std::find_if(volume->voxels.begin(), volume->voxels.end(), [](float v) { return !std::isfinite(v); });
          wrong != volume->voxels.end())
        throw Error("'" + grid::name_of(volume->source, "volumes") +
                    "' has a value that is NaN or infinite; repair the image first");
  }

  /// A label image of tissues that is read as a mask labels the whole brain.
  static void warn_if_all_is_lesion(Context& context, const Mask& lesions, const Mask& region) {
    std::int64_t inside = 0, both = 0;
    for (std::size_t i = 0; i < region.voxels.size(); ++i)
      if (region.voxels[i]) ++inside, both += lesions.voxels[i] ? 1 : 0;
    if (both * 10 <= inside * 9) return;
    context.warn("'" + grid::name_of(lesions.source, "lesions") + "' labels " + std::to_string(100 * both / inside) +
                 " % of the voxels of 'region'; is it another image, such as one of tissues?");
  }

  static void report(Context& context, const Mask* lesions, const Labels* labels, const Mask* region,
                     const LabelledImages& images) {
    const auto labelled =
        static_cast<std::int64_t>(images.labels.size()) - std::count(images.labels.begin(), images.labels.end(), std::uint8_t{0});
    const auto counts = [](const auto& voxels) {
      return std::count_if(voxels.begin(), voxels.end(), [](auto v) { return v != 0; });
    };
    const auto all = static_cast<std::int64_t>(lesions ? counts(lesions->voxels) : counts(labels->voxels));
    context.report("labelled_voxels", static_cast<double>(labelled));
    context.report("voxels", static_cast<double>(images.voxels()));
    if (all == 0) context.warn("no voxel of this case has a label, so it only shows what is background");
    if (region && lesions) warn_if_all_is_lesion(context, *lesions, *region);
    if (labelled < all)
      context.warn(std::to_string(all - labelled) + " of " + std::to_string(all) +
                   " labelled voxels lie outside of the box around 'region' and are left out");
  }
};

}  // namespace

NodeType images_type() {
  NodeType type;
  type.name = "train.images";
  type.summary = "The images of a case with a label for each voxel, to train a network on whole images";
  type.details =
      "Puts the volumes of a case together, one a channel in the order given, with what is to be found: a mask (label 1) or a "
      "label "
      "image (classes 0 to 255, 0 the background). With 'region', a brain mask for example, they are cut to the box around it, "
      "which "
      "keeps the memory small; train.fit_volumes sees zeros outside of the box, so set the background to 0 first "
      "(intensity.apply_mask).\n\n"
      "Errors: volumes, mask, labels or region on different grids; both or neither of 'lesions' and 'labels'; labels outside 0 "
      "to 255; "
      "NaN or infinity in a volume; an empty region. A case without a labelled voxel, labelled voxels outside of the box, and a "
      "mask "
      "of more than nine tenths of the region are warnings. Reports labelled_voxels and voxels.";
  type.inputs = {kVolumes, kLesions, kLabels, kRegion};
  type.outputs = {kImages};
  type.concurrent = true;
  type.create = create_node<Images>;
  return type;
}

}  // namespace flowrun::train
