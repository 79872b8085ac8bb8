#include "grid_check.h"

#include "common/grid/axes.h"
#include "flowrun/sdk/error.h"

namespace flowrun::cnn {
namespace {

void check_axes(const network::ModelDescription& description, const std::string& model, const Geometry& geometry) {
  if (description.axes.empty()) return;
  const std::string found = grid::axes_words(grid::axes_of(geometry));
  if (found == description.axes) return;
  throw Error("the network in '" + model + "' was trained on images whose axes run " + description.axes + ", but these run " +
              found + "; turn them by geometry.reorient_volume with axes " + description.axes +
              " (many graphs have a parameter 'axes' for it), or set this node's 'axes' to \"any\" (--set NODE.axes=any)");
}

void check_spacing(const network::ModelDescription& description, const std::string& model, const Geometry& geometry) {
  if (!network::is_beyond(description.spacing, geometry.spacing, description.looks())) return;
  throw Error(
      "the network in '" + model + "' was trained on voxels of " + network::in_words(description.spacing) + ", but these are " +
      network::in_words(geometry.spacing) +
      "; bring the images to that voxel size first (graphs/resample.json does it), use a network for this size, or set this "
      "node's 'spacing' to \"any\" (--set NODE.spacing=any)");
}

ParamSpec rule(const std::string& name, const std::string& help) {
  return {.name = name,
          .type = ParamType::choice,
          .default_value = std::string("trained"),
          .help = help,
          .choices = {"trained", "any"}};
}

}  // namespace

std::vector<ParamSpec> grid_params() {
  return {rule("axes", "Axes that images may have: those that the network was trained on, where its model says them, or any"),
          rule("spacing",
               "Voxel sizes that images may have: those that the network was trained on, where its model says them (at most 1.25 times "
               "as large or as small), or any")};
}

GridRules grid_rules_of(const Params& params) { return {params.text("axes") == "any", params.text("spacing") == "any"}; }

void check_grid(const network::ModelDescription& description, const std::string& model, const Geometry& geometry,
                const GridRules& rules) {
  if (!rules.any_axes) check_axes(description, model, geometry);
  if (!rules.any_spacing) check_spacing(description, model, geometry);
}

}  // namespace flowrun::cnn
