#include "node_types.h"

#include "common/grid/inputs.h"
#include "doubt.h"
#include "flowrun/sdk/node.h"
#include "flowrun/sdk/payloads.h"
#include "signs.h"

namespace flowrun::check {
namespace {

constexpr Input<Volume> kVolume{"volume", "Image of a head as the scanner gave it; units do not matter"};
constexpr Input<Mask> kBrain{"brain", "Brain on the same grid, with the fluid around it"};
constexpr Output<Volume> kOutVolume{"volume", "The image as it came"};

constexpr double kWhiteIsBright = 1.05;    // deep to near: T1w 1.09 to 1.23, others 0.86 to 0.98 (docs/clinical.md)
constexpr double kFluidIsBright = 1.3;     // bright to dark side: T2w 2.5 to 4.4, others 0.33 to 0.67

/// Why signs do not fit a contrast; empty when they do.
std::string misfit(const Signs& signs, const std::string& contrast) {
  const bool white = signs.deep_to_surface >= kWhiteIsBright, fluid = signs.bright_to_dark >= kFluidIsBright;
  if (fluid && contrast != "T2w") return "the fluid is brighter than the brain, as in a T2";
  if (!fluid && contrast == "T2w") return "the fluid is not brighter than the brain";
  if (white && contrast != "T1w") return "the white matter is brighter than the rest, as in a T1";
  if (!white && contrast == "T1w") return "the white matter is not brighter than the rest";
  return {};
}

class Contrast : public Node {
 public:
  void process(Context& context) override {
    const Volume& volume = context.in(kVolume);
    const Mask& brain = context.in(kBrain);
    grid::require_one_grid(volume, "volume", brain, "brain");
    const std::string name = grid::name_of(volume.source, "volume");
    const std::vector<double> depths = squared_depths(brain, context);
    if (context.cancelled()) return;
    if (const std::optional<Signs> signs = signs_of(volume, brain, depths)) judge(context, name, *signs);
    else
      context.warn("the contrast of '" + name + "' could not be checked: the brain mask is too small, or the image has one value there");
    context.pass(kVolume, kOutVolume);
  }

 private:
  static void judge(Context& context, const std::string& name, const Signs& signs) {
    const std::string contrast = context.params().text("contrast");
    context.report("deep_to_surface", signs.deep_to_surface);
    context.report("bright_to_dark", signs.bright_to_dark);
    const std::string why = misfit(signs, contrast);
    if (why.empty()) return;
    doubt(context, "'" + name + "' does not look like a " + contrast + " image: " + why +
                       " (deep to surface " + rounded(signs.deep_to_surface, 2) + ", bright to dark " + rounded(signs.bright_to_dark, 2) +
                       "); look whether the right file was given for the right input");
  }
};

}  // namespace

NodeType contrast_type() {
  NodeType type;
  type.name = "check.contrast";
  type.summary = "Whether an image looks like the contrast that it is taken for";
  type.details =
      "Passes the image on as it is; nothing is copied. Two figures of the brightness in the brain separate the contrasts:\n\n"
      "- deep_to_surface: the median more than 8 mm from the surface of the mask, which is mostly white matter, divided by the "
      "median within 6 mm of it, which is mostly cortex; of values of at least 0.7 of the median in the brain, so that fluid "
      "does "
      "not count. White matter is brighter than cortex in a T1 alone: at least 1.05 is expected there, less everywhere else.\n"
      "- bright_to_dark: the 95th percentile less the median, divided by the median less the 5th. Fluid is bright in a T2: at "
      "least "
      "1.3 is expected there, less everywhere else.\n\n"
      "Both limits lie between what was measured on five studies of two sets of data (T1w 1.09 to 1.23 against at most 0.98, or "
      "1.04 on "
      "artificial heads; T2w 2.5 to 4.4 against at most 0.7). A FLAIR is not distinguished from a PD, and images after contrast "
      "agent or of infants can "
      "differ. Not fitting is a doubt: a warning, or the end of the case with 'on_doubt' \"fail\".\n\n"
      "Values that are not finite are left out. A brain too small or too even to check is a warning. Reports both figures. "
      "Errors: "
      "image and mask not on one grid.";
  type.inputs = {kVolume, kBrain};
  type.outputs = {kOutVolume};
  ParamSpec contrast{.name = "contrast", .type = ParamType::choice, .default_value = std::string("FLAIR")};
  contrast.help = "What the image is taken for, as BIDS suffixes name it";
  contrast.choices = {"FLAIR", "T1w", "T2w", "PDw"};
  type.params = {contrast, on_doubt()};
  type.concurrent = true;
  type.create = create_node<Contrast>;
  return type;
}

}  // namespace flowrun::check
