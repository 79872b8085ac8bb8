#include "node_types.h"

#include <algorithm>
#include <cmath>

#include "common/grid/class_weights.h"
#include "common/grid/inputs.h"
#include "common/grid/voxels.h"
#include "flowrun/sdk/node.h"
#include "flowrun/sdk/payloads.h"
#include "score_places.h"

namespace flowrun::patches {
namespace {

constexpr CollectingInput<Scores> kScores{"scores", Scope::chunk, "The case's scores of all classes, chunk by chunk"};
constexpr Input<VoxelList> kVoxels{"voxels", "The voxels that were scored: the list that the patches were cut around",
                                   Scope::per_case};
constexpr Output<Labels> kLabels{"labels", "The label of the class that scores highest, on the list's grid; 0 elsewhere"};

class ScatterLabelsFiring : public Firing {
 public:
  explicit ScatterLabelsFiring(const Context& context)
      : first_(static_cast<std::int32_t>(context.params().integer("first"))),
        names_(context.params().texts("classes")),
        weights_(grid::class_weights_of(context.params())),
        places_(context.inputs(kVoxels.name).front()) {
    labels_.geometry = places_.list().geometry;
    labels_.source = places_.list().source;
    labels_.facts.kind = flowrun::kLabels;
    labels_.voxels.resize(static_cast<std::size_t>(labels_.geometry.voxel_count()));
    for (std::size_t i = 0; i < names_.size(); ++i)
      if (const std::int32_t label = first_ + static_cast<std::int32_t>(i); label != 0) labels_.names[label] = names_[i];
  }

  void accept(Context&, std::string_view, const PayloadPtr& item) override {
    const Scores& scores = static_cast<const Scores&>(*item);
    require_classes(scores);
    places_.take(scores);
    const float* row = scores.values.data();
    for (const std::int64_t voxel : scores.voxels) {
      labels_.voxels[static_cast<std::size_t>(voxel)] = first_ + highest(row, scores.classes, voxel);
      row += scores.classes;
    }
  }

  void finish(Context& context) override {
    places_.require_all();
    context.emit(kLabels, std::move(labels_));
  }

 private:
  void require_classes(const Scores& scores) const {
    if (scores.classes < 2)
      throw Error("the scores have " + std::to_string(scores.classes) +
                  " class, so none scores highest; have cnn.stage hand over all classes ('output_class' -1)");
    if (!names_.empty() && static_cast<std::int64_t>(names_.size()) != scores.classes)
      throw Error("parameter 'classes' has " + std::to_string(names_.size()) + " names, but the scores have " +
                  std::to_string(scores.classes) + " classes; give a name for each, in their order");
    grid::require_class_weights(weights_, static_cast<std::size_t>(scores.classes));
  }

  /// The first of the highest.
  std::int32_t highest(const float* row, std::int64_t classes, std::int64_t voxel) const {
    if (std::any_of(row, row + classes, [](float score) { return std::isnan(score); }))
      throw Error("a score of voxel " + grid::voxel_words(labels_.geometry, voxel) + " of '" + places_.name() +
                  "' is NaN; look for NaN in the images or in the network's weights");
    std::int64_t best = 0;
    for (std::int64_t i = 0; i < classes; ++i)
      if (weighted(row, i) > weighted(row, best)) best = i;
    return static_cast<std::int32_t>(best);
  }

  double weighted(const float* row, std::int64_t i) const { return grid::weighted(row[i], weights_, static_cast<std::size_t>(i)); }

  std::int32_t first_;
  std::vector<std::string> names_;
  std::vector<double> weights_;  ///< of the classes; empty: all alike
  ScorePlaces places_;
  Labels labels_;
};

class ScatterLabels : public Node {
 public:
  std::unique_ptr<Firing> begin(Context& context) override { return std::make_unique<ScatterLabelsFiring>(context); }
};

}  // namespace

NodeType scatter_labels_type() {
  NodeType type;
  type.name = "patches.scatter_labels";
  type.summary = "The class that scores highest at each voxel put back in its place, as a label image";
  type.details =
      "Takes the scores of all classes (cnn.stage with 'output_class' -1) and gives each voxel of the list the label of the "
      "class that "
      "scores highest, of equal scores the first; voxels that are not in the list get 0. The first class has the label 'first', "
      "the "
      "others the numbers behind it. The chunks of scores may list their voxels in any order.\n\n"
      "Errors: those of patches.scatter about grids and voxels; scores of one class; another number of names than of classes; "
      "'class_weights' of another count than the classes, or with scores outside of 0 to 1; NaN.";
  type.inputs = {kScores, kVoxels};
  type.outputs = {kLabels};
  type.params = {{.name = "first",
                  .type = ParamType::integer,
                  .default_value = std::int64_t{0},
                  .help = "Label of the first class: 0 where it is the background, as train.sample_labels numbers them",
                  .min = 0,
                  .max = 1},
                 {.name = "classes",
                  .type = ParamType::strings,
                  .default_value = std::vector<std::string>{},
                  .help = "Names of the classes, in the order of the scores; empty: none"},
                 grid::class_weights_param()};
  type.concurrent = true;
  type.create = create_node<ScatterLabels>;
  return type;
}

}  // namespace flowrun::patches
