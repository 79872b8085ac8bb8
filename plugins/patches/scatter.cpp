#include "node_types.h"

#include "common/grid/inputs.h"
#include "common/grid/probabilities.h"
#include "flowrun/sdk/node.h"
#include "flowrun/sdk/payloads.h"
#include "score_places.h"

namespace flowrun::patches {
namespace {

constexpr CollectingInput<Scores> kScores{"scores", Scope::chunk, "The case's scores, chunk by chunk"};
constexpr Input<VoxelList> kVoxels{"voxels", "The voxels that were scored: the list that the patches were cut around",
                                   Scope::per_case};
constexpr Output<Volume> kMap{"map", "Scores of the class, on the list's grid"};

class ScatterFiring : public Firing {
 public:
  explicit ScatterFiring(const Context& context)
      : class_(context.params().integer("class")), places_(context.inputs(kVoxels.name).front()) {
    map_ = grid::probability_map(places_.list(), {}, static_cast<float>(context.params().number("background")));
  }

  void accept(Context&, std::string_view, const PayloadPtr& item) override {
    const Scores& scores = static_cast<const Scores&>(*item);
    require_class(scores);
    places_.take(scores);
    for (std::size_t i = 0; i < scores.voxels.size(); ++i)
      map_.voxels[static_cast<std::size_t>(scores.voxels[i])] =
          scores.values[i * static_cast<std::size_t>(scores.classes) + static_cast<std::size_t>(class_)];
  }

  void finish(Context& context) override {
    places_.require_all();
    warn_of_range(context);
    context.emit(kMap, std::move(map_));
  }

 private:
  void require_class(const Scores& scores) const {
    if (class_ < 0 || class_ >= scores.classes)
      throw Error("parameter 'class' is " + std::to_string(class_) + ", but the scores have " + std::to_string(scores.classes) +
                  (scores.classes == 1 ? " class, 0" : " classes, 0 to " + std::to_string(scores.classes - 1)) +
                  "; choose one of these, or have the stage before hand over more classes");
  }

  /// Once a case, which the node that makes the scores chunk by chunk could not.
  void warn_of_range(Context& context) const {
    std::vector<float> scores;
    scores.reserve(places_.list().voxels.size());
    for (const std::int64_t index : places_.list().voxels) scores.push_back(map_.voxels[static_cast<std::size_t>(index)]);
    const std::string range = grid::range_beyond_probabilities(scores);
    if (!range.empty())
      context.warn("the scores of '" + places_.name() + "' run " + range +
                   grid::what_to_do_about_scores("the cnn.stage that makes them"));
  }

  std::int64_t class_;
  ScorePlaces places_;
  Volume map_;
};

class Scatter : public Node {
 public:
  std::unique_ptr<Firing> begin(Context& context) override { return std::make_unique<ScatterFiring>(context); }
};

}  // namespace

NodeType scatter_type() {
  NodeType type;
  type.name = "patches.scatter";
  type.summary = "Scores of voxels put back in their places, as a map";
  type.details =
      "Makes a volume on the voxel list's grid that contains one class's score at each voxel of the list and 'background' "
      "elsewhere. The chunks of scores may list their voxels in any order. An empty list gives a map of background.\n\n"
      "Connect the list that the patches were cut around. Errors: scores on another grid than the list; 'class' is not one of "
      "the scores' classes; a voxel that is not in the list, or gets two scores, or none. Scores outside of 0 to 1 are a warning "
      "once a case, with their range: the network gives no probabilities, and cnn.stage has a parameter for that.";
  type.inputs = {kScores, kVoxels};
  type.outputs = {kMap};
  type.params = {{.name = "class",
                  .type = ParamType::integer,
                  .default_value = std::int64_t{0},
                  .help = "Which of the scores of a voxel, counted from 0 among those that the stage before hands over",
                  .min = 0},
                 {.name = "background", .default_value = 0.0, .help = "Value of the voxels that are not in the list"}};
  type.concurrent = true;
  type.create = create_node<Scatter>;
  return type;
}

}  // namespace flowrun::patches
