#include "node_types.h"

#include <algorithm>

#include "anisotropy.h"
#include "flowrun/sdk/node.h"
#include "flowrun/sdk/payloads.h"
#include "lesions.h"

namespace flowrun::phantom {
namespace {

constexpr Output<Volume> kT1Image{"t1", "T1-weighted image"};
constexpr Output<Volume> kT2Image{"t2", "T2-weighted image"};
constexpr Output<Volume> kPdImage{"pd", "Proton density image"};
constexpr Output<Volume> kFlairImage{"flair", "FLAIR image"};
constexpr Output<Volume> kAnisotropy{"fa", "Fractional anisotropy of diffusion, 0 to 1"};
constexpr Output<Mask> kLesions{"lesions", "True lesions"};
constexpr Output<Labels> kTissues{"tissues", "True tissues: 1 CSF, 2 grey matter, 3 white matter, lesions among it"};
constexpr Output<Labels> kStructures{"structures",
                                     "True structures: 1 ventricles, 2 outer CSF, 3 cortical and 4 deep grey matter, 5 "
                                     "cerebral white matter, 6 cerebellum, 7 brain stem, 8 lesions"};

class HeadNode : public Node {
 public:
  void process(Context& context) override;
};

Volume volume_of(const HeadGrid& grid, std::vector<float>&& voxels, const char* contrast, const std::string& source) {
  Volume volume;
  volume.geometry = grid.geometry;
  volume.voxels = std::move(voxels);
  volume.source = source;
  volume.facts.contrast = contrast;
  volume.facts.kind = kIntensity;
  return volume;
}

/// Draws lesions and fakes on the images; returns the true lesion mask.
std::vector<std::uint8_t> paint_all(const Head& head, const Contrast& contrast, std::uint64_t seed, Context& context,
                                    Images& images) {
  const std::int64_t wanted = context.params().integer("lesions");
  const auto lesions = make_lesions(head, contrast, seed, wanted);
  if (static_cast<std::int64_t>(lesions.size()) < wanted)
    context.warn("only " + std::to_string(lesions.size()) + " of " + std::to_string(wanted) +
                 " lesions found a place in this small head; choose a larger size");
  const LatticeNoise outline(seed, kOutline, kOutlineCell);
  for (const Blob& fake : make_fakes(head, seed, context.params().integer("fakes")))
    paint(fake, head.grid, head.tissues, outline, images, nullptr);
  std::vector<std::uint8_t> mask(head.tissues.brain.size());
  for (const Blob& lesion : lesions) paint(lesion, head.grid, head.tissues, outline, images, &mask);
  return mask;
}

Labels labels_on(const HeadGrid& grid, const std::string& source) {
  Labels labels;
  labels.geometry = grid.geometry;
  const auto count = static_cast<std::size_t>(grid.geometry.voxel_count());
  reserve_large(labels.voxels, count);
  labels.voxels.resize(count);
  labels.source = source;
  labels.facts.kind = flowrun::kLabels;
  return labels;
}

/// By the tissue that has the largest share of a voxel.
Labels tissues_of(const HeadGrid& grid, const TissueMaps& tissues, const std::string& source) {
  Labels labels = labels_on(grid, source);
  labels.names = {{1, "CSF"}, {2, "grey matter"}, {3, "white matter"}};
  for (std::size_t i = 0; i < labels.voxels.size(); ++i) {
    if (!tissues.brain[i]) continue;
    const TissueShares& shares = tissues.shares[i];
    const float grey = shares.grey + shares.deep;
    labels.voxels[i] = shares.fluid >= std::max(grey, shares.white()) ? 1 : grey >= shares.white() ? 2 : 3;
  }
  return labels;
}

Labels structures_of(const HeadGrid& grid, const TissueMaps& tissues, const std::vector<std::uint8_t>& lesions,
                     const std::string& source) {
  Labels labels = labels_on(grid, source);
  labels.names = {{kVentricles, "ventricles"},
                  {kOuterFluid, "outer CSF"},
                  {kCortex, "cortical grey matter"},
                  {kDeepGrey, "deep grey matter"},
                  {kCerebralWhite, "cerebral white matter"},
                  {kCerebellum, "cerebellum"},
                  {kBrainStem, "brain stem"},
                  {kLesion, "lesion"}};
  for (std::size_t i = 0; i < labels.voxels.size(); ++i)
    labels.voxels[i] = lesions[i] ? std::int32_t{kLesion} : std::int32_t{tissues.structure[i]};
  return labels;
}

void emit_images(const HeadGrid& grid, Images& images, std::vector<std::uint8_t>&& mask, const std::string& source,
                 Context& context) {
  context.report("lesion_voxels", static_cast<double>(std::count(mask.begin(), mask.end(), 1)));
  context.emit(kT1Image, volume_of(grid, std::move(images[kT1]), "T1w", source));
  context.emit(kT2Image, volume_of(grid, std::move(images[kT2]), "T2w", source));
  context.emit(kPdImage, volume_of(grid, std::move(images[kPd]), "PDw", source));
  context.emit(kFlairImage, volume_of(grid, std::move(images[kFlair]), "FLAIR", source));
  Mask lesions;
  lesions.geometry = grid.geometry;
  lesions.voxels = std::move(mask);
  lesions.source = source;
  lesions.facts.kind = kMask;
  context.emit(kLesions, std::move(lesions));
}

void HeadNode::process(Context& context) {
  const Params& params = context.params();
  const std::int64_t number = params.integer("seed");
  const auto seed = static_cast<std::uint64_t>(number);
  const HeadGrid grid = make_head_grid(params.integers("size"), params.numbers("spacing"));
  const HeadShape shape(seed);
  const TissueMaps tissues = make_tissues(grid, shape, seed, [&] { return context.cancelled(); });
  if (context.cancelled()) return;
  context.progress(0.5);
  const Contrast contrast = make_contrast(seed);
  Images images = make_images(grid, tissues, contrast, seed, params.integer("fakes") > 0 ? kRimStrength : 0);
  std::vector<std::uint8_t> mask = paint_all({grid, shape, tissues}, contrast, seed, context, images);
  const auto noise = static_cast<float>(params.number("noise"));
  const ScannerFaults faults{static_cast<float>(params.number("bias")), noise * kWhiteSignal};
  for (int m = 0; m < kModalities && !context.cancelled(); ++m) {
    scan(images[m], grid, tissues, seed, m, faults);
    context.progress(0.6 + 0.08 * (m + 1));
  }
  const std::string source = "phantom " + std::to_string(number);
  if (context.cancelled()) return;
  context.emit(kAnisotropy, volume_of(grid, make_anisotropy(grid, tissues, mask, seed, noise), "FA", source));
  context.emit(kTissues, tissues_of(grid, tissues, source));
  context.emit(kStructures, structures_of(grid, tissues, mask, source));
  emit_images(grid, images, std::move(mask), source, context);
}

ParamSpec seed_param() {
  ParamSpec spec{.name = "seed", .type = ParamType::integer, .default_value = std::int64_t{1}};
  spec.help = "Number of the patient: the same number gives the same images";
  spec.per_case = true;
  return spec;
}

ParamSpec size_param() {
  ParamSpec spec{.name = "size", .type = ParamType::integers, .default_value = std::vector<std::int64_t>{182, 218, 182}};
  spec.help = "Voxels along x, y and z";
  spec.min = 16;
  spec.max = 2048;
  spec.unit = "voxels";
  spec.length = 3;
  return spec;
}

ParamSpec spacing_param() {
  ParamSpec spec{.name = "spacing", .type = ParamType::numbers, .default_value = std::vector<double>{1, 1, 1}};
  spec.help = "Size of a voxel along x, y and z; the head shrinks when the field of view is too small for it";
  spec.min = 0.05;
  spec.max = 50;
  spec.unit = "mm";
  spec.length = 3;
  return spec;
}

ParamSpec count_param(const char* name, std::int64_t count, const char* help) {
  return {.name = name, .type = ParamType::integer, .default_value = count, .help = help, .min = 0, .max = 1000};
}

ParamSpec share_param(const char* name, double share, double max, const char* help) {
  return {.name = name, .type = ParamType::number, .default_value = share, .help = help, .min = 0, .max = max};
}

std::vector<ParamSpec> head_params() {
  return {seed_param(),
          size_param(),
          spacing_param(),
          count_param("lesions", 25, "How many lesions to draw; they may touch"),
          count_param(
              "fakes", 60,
              "How many things to draw that are bright in FLAIR but are no lesions; 0 also darkens the lining of the ventricles"),
          share_param("noise", 0.03, 0.5, "Standard deviation of the Rician noise, as a share of the white matter's signal"),
          share_param("bias", 0.1, 1, "Strength of the smooth multiplicative field: 0.1 is about 10 % up and down")};
}

constexpr char kDetails[] =
    "An artificial head for demonstrations and tests: an ellipsoid brain folded by noise, with sulci, ventricles, deep grey "
    "nuclei, "
    "cerebellum and brain stem. White matter has signal 100 in T1, T2, PD and FLAIR; the background is exactly 0 and the brain "
    "above 0, "
    "as after skull stripping.\n\n"
    "Lesions are dark in T1 and bright in T2, PD and FLAIR, of 3 to 15 mm, beside the ventricles, below the cortex and deep in "
    "the white matter; 'lesions' marks the voxels of which they fill more than half. Other things are as bright in FLAIR but "
    "lack "
    "the lesions' look in the other images, so that a threshold alone finds many false lesions.\n\n"
    "'fa' is a map of fractional anisotropy, as diffusion imaging gives it: about 0.06 in fluid, 0.15 in cortex, 0.22 in deep "
    "grey "
    "matter, 0.33 to 0.61 in white matter and 0.27 in lesions. It has noise with the standard deviation 'noise', and no bias "
    "field.\n\n"
    "'tissues' and 'structures' say what each voxel is by the tissue that has the largest share of it.\n\n"
    "The head is centred in the image. Its natural size is about 140 x 172 x 130 mm; in a smaller field of view everything "
    "shrinks with it, lesions down to about two voxels. The same parameters give the same voxels, bit by bit, on one machine.";

}  // namespace

NodeType head_type() {
  NodeType type;
  type.name = "phantom.head";
  type.summary = "Makes T1, T2, PD, FLAIR and FA images of an artificial patient, with the true lesion mask";
  type.details = kDetails;
  type.outputs = {kT1Image, kT2Image, kPdImage, kFlairImage, kAnisotropy, kLesions, kTissues, kStructures};
  type.params = head_params();
  type.concurrent = true;
  type.create = create_node<HeadNode>;
  return type;
}

}  // namespace flowrun::phantom
