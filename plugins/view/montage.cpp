#include "montage.h"

#include <algorithm>
#include <cstdio>
#include <memory>
#include <numeric>

#include "common/components/connected_runs.h"
#include "common/grid/inputs.h"
#include "common/picture/png.h"
#include "flowrun/sdk/atomic_file.h"
#include "flowrun/sdk/context.h"
#include "flowrun/sdk/error.h"
#include "flowrun/sdk/node.h"
#include "flowrun/sdk/payloads.h"
#include "montage_page.h"

namespace flowrun::view {
namespace {

constexpr Input<Volume> kImage{"image", "The image below the outlines", Scope::per_case};
constexpr OptionalInput<Mask> kFound{"mask", "What was found, outlined; without it the slices are spread over the head",
                                     Scope::per_case};
constexpr OptionalInput<Mask> kReference{"reference", "What should be found, outlined in another colour", Scope::per_case};

constexpr OptionalInput<Labels> kLabels{"labels", "Classes, each shown in a colour of its own, with a legend", Scope::per_case};

struct Burden {
  std::int64_t lesions = 0;
  double millilitres = 0;
};

Burden burden_of(const Mask& mask) {
  const std::vector<std::int64_t> sizes = components::connected_runs(mask, components::Connectivity::face).voxels_of;
  const std::int64_t inside = std::accumulate(sizes.begin(), sizes.end(), std::int64_t{0});
  return {static_cast<std::int64_t>(sizes.size()), static_cast<double>(inside) * mask.geometry.voxel_volume() / 1000};
}

std::string burden_text(const Burden& burden) {
  if (burden.lesions == 0) return "no lesion";
  char text[96];
  std::snprintf(text, sizeof text, "%lld lesion%s, %.2f ml", static_cast<long long>(burden.lesions),
                burden.lesions == 1 ? "" : "s", burden.millilitres);
  return text;
}

std::string name_of(const std::string& source, const std::string& port) { return source.empty() ? port : source; }

template <class Payload>
void require_voxels(const Payload& payload, const std::string& name) {
  const std::int64_t count = payload.geometry.voxel_count();
  if (count > 0 && static_cast<std::int64_t>(payload.voxels.size()) == count) return;
  throw Error("'" + name + "' has " + std::to_string(payload.voxels.size()) + " voxels where its geometry says " +
              std::to_string(count) + "; an image with at least one voxel is expected");
}

class Montage : public Node {
 public:
  void process(Context& ctx) override {
    const Volume& image = ctx.in(kImage);
    const Mask* mask = ctx.in(kFound);
    const Mask* reference = ctx.in(kReference);
    const Labels* labels = ctx.in(kLabels);
    check(image, mask, reference, labels);
    const std::vector<std::uint8_t> nothing(mask ? 0 : image.voxels.size());
    const std::string& title = ctx.params().text("title");
    MontageContent content{&image, mask ? &mask->voxels : &nothing, reference ? &reference->voxels : nullptr,
                           title.empty() ? std::string(ctx.case_name()) : title};
    const std::string& label = ctx.params().text("label");
    content.choose_by_mask = label.empty();
    if (mask) content.found_text = label.empty() ? "found: " + reported(ctx, burden_of(*mask)) : label;
    if (reference) content.reference_text = "reference: " + burden_text(burden_of(*reference));
    content.labels = labels;
    content.opacity = ctx.params().number("opacity");
    content.columns = ctx.params().integer("columns");
    content.rows = ctx.params().integer("rows");
    write_atomically(ctx.params().text("path"), picture::png_bytes(paint_montage(content)));
  }

 private:
  static std::string reported(Context& ctx, const Burden& burden) {
    ctx.report("lesion_volume_ml", burden.millilitres);
    ctx.report("lesions", static_cast<double>(burden.lesions));
    return burden_text(burden);
  }

  static void check(const Volume& image, const Mask* mask, const Mask* reference, const Labels* labels) {
    require_voxels(image, name_of(image.source, "image"));
    if (mask) check_beside(image, *mask, "mask");
    if (reference) check_beside(image, *reference, "reference");
    if (labels) check_beside(image, *labels, "labels");
  }

  template <class Payload>
  static void check_beside(const Volume& image, const Payload& mask, const std::string& port) {
    const std::string image_name = name_of(image.source, "image"), name = name_of(mask.source, port);
    require_voxels(mask, name);
    require_same_grid(image.geometry, image_name, mask.geometry, name);
    grid::require_one_space(image.facts, image_name, mask.facts, name);
  }
};

}  // namespace

NodeType montage_type() {
  NodeType type;
  type.name = "view.montage";
  type.summary = "Writes a PNG picture of axial slices with the outlines of what was found";
  type.details =
      "Slices with much lesion are chosen, spread so that separate lesions each get a place, and shown in order from the feet "
      "up; "
      "without lesions they are spread evenly over the head. The patient's right is on the left, anterior is up, whatever the "
      "image's axes are: slices follow the voxel axis closest to the body's long axis, without resampling across slices.\n\n"
      "Grey goes from the 1st to the 99.5th percentile of the voxels that are not 0. Below the slices stand the lesions' number "
      "(6-connected "
      "components) and volume. Image and masks must be on one grid. Without a mask the picture shows the image alone.\n\n"
      "With 'label' the mask is of something else than lesions: the label explains the outline, nothing is counted or reported, "
      "and slices are spread over the head. So the brain mask, or the bright tissue of another image "
      "(intensity.otsu, segment.threshold), shows on an image whether the two lie on each other.\n\n"
      "'labels' are shown as areas of colour over the image, below the outlines: twelve colours in the order of the labels that "
      "occur, but 0, from the first again where there are more. Below the slices stand their names (or numbers) and volumes, of "
      "24 labels at most.";
  type.inputs = {kImage, kFound, kReference, kLabels};
  type.params = {
      {.name = "path", .type = ParamType::path, .help = "The PNG file to write", .role = PathRole::output, .per_case = true},
      {.name = "columns",
       .type = ParamType::integer,
       .default_value = std::int64_t{4},
       .help = "Slices side by side",
       .min = 1,
       .max = 20},
      {.name = "rows",
       .type = ParamType::integer,
       .default_value = std::int64_t{3},
       .help = "Rows of slices",
       .min = 1,
       .max = 20},
      {.name = "title",
       .type = ParamType::string,
       .default_value = std::string(),
       .help = "Words below the picture; empty: the case's name",
       .per_case = true},
      {.name = "label",
       .type = ParamType::string,
       .default_value = std::string(),
       .help = "What the mask outlines, such as the brain; empty: lesions, which are counted"},
      {.name = "opacity", .default_value = 0.5, .help = "Of the labels' colours; 1 hides the image", .min = 0, .max = 1},
  };
  type.concurrent = true;
  type.create = create_node<Montage>;
  return type;
}

}  // namespace flowrun::view
