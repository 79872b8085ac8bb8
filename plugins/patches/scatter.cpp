#include "node_types.h"

#include <algorithm>

#include "common/grid/inputs.h"
#include "common/grid/probabilities.h"
#include "common/grid/voxels.h"
#include "flowrun/sdk/node.h"
#include "flowrun/sdk/payloads.h"

namespace flowrun::patches {
namespace {

constexpr CollectingInput<Scores> kScores{"scores", Scope::chunk, "The case's scores, chunk by chunk"};
constexpr Input<VoxelList> kVoxels{"voxels", "The voxels that were scored: the list that the patches were cut around",
                                   Scope::per_case};
constexpr Output<Volume> kMap{"map", "Scores of the class, on the list's grid"};

class ScatterFiring : public Firing {
 public:
  explicit ScatterFiring(const Context& context)
      : class_(context.params().integer("class")), list_payload_(context.inputs(kVoxels.name).front()) {
    list_name_ = grid::name_of(list().source, "voxels");
    map_ = grid::probability_map(list(), {}, static_cast<float>(context.params().number("background")));
    states_.assign(map_.voxels.size(), State::unlisted);
    mark_awaited();
  }

  void accept(Context&, std::string_view, const PayloadPtr& item) override {
    const Scores& scores = static_cast<const Scores&>(*item);
    check(scores);
    for (std::size_t i = 0; i < scores.voxels.size(); ++i) {
      mark_scored(scores.voxels[i]);
      map_.voxels[static_cast<std::size_t>(scores.voxels[i])] =
          scores.values[i * static_cast<std::size_t>(scores.classes) + static_cast<std::size_t>(class_)];
    }
  }

  void finish(Context& context) override {
    if (scored_ != list().voxels.size()) throw Error(missing_words());
    warn_of_range(context);
    context.emit(kMap, std::move(map_));
  }

 private:
  enum class State : std::uint8_t { unlisted, awaited, scored };

  const VoxelList& list() const { return static_cast<const VoxelList&>(*list_payload_); }

  void check(const Scores& scores) const {
    require_same_grid(scores.geometry, "scores", map_.geometry, list_name_);
    if (class_ < 0 || class_ >= scores.classes)
      throw Error("parameter 'class' is " + std::to_string(class_) + ", but the scores have " + std::to_string(scores.classes) +
                  (scores.classes == 1 ? " class, 0" : " classes, 0 to " + std::to_string(scores.classes - 1)) +
                  "; choose one of these, or have the stage before hand over more classes");
    const auto classes = static_cast<std::size_t>(scores.classes);
    if (scores.values.size() / classes != scores.voxels.size() || scores.values.size() % classes != 0)
      throw Error("a chunk of scores has " + std::to_string(scores.values.size()) + " values for " +
                  std::to_string(scores.voxels.size()) + " voxels of " + std::to_string(classes) +
                  " classes; the plugin that made it is at fault");
  }

  void mark_awaited() {
    const std::string owner = "the voxel list of '" + list_name_ + "'";
    for (const std::int64_t index : list().voxels) {
      grid::require_inside(map_.geometry, index, owner);
      State& state = states_[static_cast<std::size_t>(index)];
      if (state == State::awaited)
        throw Error(owner + " has voxel " + grid::voxel_words(map_.geometry, index) +
                    " twice; the plugin that made it is at fault");
      state = State::awaited;
    }
  }

  void mark_scored(std::int64_t index) {
    grid::require_inside(map_.geometry, index, "a chunk of scores");
    State& state = states_[static_cast<std::size_t>(index)];
    if (state == State::unlisted)
      throw Error("a score came for voxel " + grid::voxel_words(map_.geometry, index) + ", which the voxel list of '" +
                  list_name_ + "' does not have; connect the list that the patches were cut around");
    if (state == State::scored)
      throw Error("a second score came for voxel " + grid::voxel_words(map_.geometry, index) + "; each voxel of '" + list_name_ +
                  "' must get exactly one");
    state = State::scored;
    ++scored_;
  }

  /// Once a case, which the node that makes the scores chunk by chunk could not.
  void warn_of_range(Context& context) const {
    std::vector<float> scores;
    scores.reserve(list().voxels.size());
    for (const std::int64_t index : list().voxels) scores.push_back(map_.voxels[static_cast<std::size_t>(index)]);
    const std::string range = grid::range_beyond_probabilities(scores);
    if (!range.empty())
      context.warn("the scores of '" + list_name_ + "' run " + range +
                   grid::what_to_do_about_scores("the cnn.stage that makes them"));
  }

  std::string missing_words() const {
    const auto first = std::find_if(list().voxels.begin(), list().voxels.end(), [&](std::int64_t index) {
      return states_[static_cast<std::size_t>(index)] == State::awaited;
    });
    return "scores came for " + std::to_string(scored_) + " of the " + std::to_string(list().voxels.size()) + " voxels of '" +
           list_name_ + "'; the first without one is " + grid::voxel_words(map_.geometry, *first) +
           "; connect the list that the patches were cut around";
  }

  std::int64_t class_;
  PayloadPtr list_payload_;
  std::string list_name_;
  Volume map_;
  std::vector<State> states_;
  std::size_t scored_ = 0;
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
      "Makes a volume on the voxel list's grid that holds one class's score at each voxel of the list and 'background' "
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
