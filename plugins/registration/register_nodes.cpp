#include "node_types.h"

#include <algorithm>
#include <cmath>
#include <memory>

#include "check.h"
#include "flowrun/sdk/node.h"
#include "flowrun/sdk/payloads.h"
#include "inputs.h"
#include "register_texts.h"
#include "resample.h"
#include "spaces.h"

namespace flowrun::registration {
namespace {

constexpr std::int64_t kFewestVoxels = 4;  // along an axis
constexpr double kSmallest = 20;           // mm, along an axis

void require_solid(const Volume& image, std::string_view port) {
  require_image(image, port);
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const double length = static_cast<double>(image.geometry.size[axis]) * image.geometry.spacing[axis];
    if (image.geometry.size[axis] >= kFewestVoxels && length >= kSmallest) continue;
    throw Error("'" + grid::name_of(image.source, port) + "' has " + std::to_string(image.geometry.size[axis]) + " voxels (" +
                short_number(length) + " mm) along axis " + std::string(1, "xyz"[axis]) +
                "; registration in three dimensions needs at least 4 voxels and 20 mm along each");
  }
  const auto odd = std::find_if(image.voxels.begin(), image.voxels.end(), [](float v) { return !std::isfinite(v); });
  if (odd == image.voxels.end()) return;
  const auto at = image.geometry.voxel_at(odd - image.voxels.begin());
  throw Error("'" + grid::name_of(image.source, port) + "' has a value that is not finite at voxel (" + std::to_string(at[0]) +
              ", " + std::to_string(at[1]) + ", " + std::to_string(at[2]) + "); repair the image");
}

/// All that comes in, checked.
struct Inputs {
  const Volume &fixed, &moving;
  const Transform* initial;
  const Mask *fixed_mask, *moving_mask;

  explicit Inputs(Context& context)
      : fixed(context.in(kFixed)),
        moving(context.in(kMoving)),
        initial(context.in(kInitial)),
        fixed_mask(context.in(kFixedMask)),
        moving_mask(context.in(kMovingMask)) {
    require_solid(fixed, "fixed");
    require_solid(moving, "moving");
    if (fixed_mask) grid::require_one_grid(fixed, "fixed", *fixed_mask, "fixed_mask");
    if (moving_mask) grid::require_one_grid(moving, "moving", *moving_mask, "moving_mask");
    for (const auto& [mask, port] : {std::pair{fixed_mask, "fixed_mask"}, std::pair{moving_mask, "moving_mask"}})
      if (mask && std::none_of(mask->voxels.begin(), mask->voxels.end(), [](std::uint8_t v) { return v != 0; }))
        throw Error("'" + grid::name_of(mask->source, port) + "' has no voxel inside, so it cannot be compared");
    if (!initial) return;
    require_spaces(*initial, true, fixed.facts.space, fixed_name(), moving.facts.space, moving_name());
    for (const double number : initial->matrix())  // throws where it displaces
      if (!std::isfinite(number)) throw Error("the initial transform has a number that is not finite");
  }
  std::string fixed_name() const { return grid::name_of(fixed.source, "fixed"); }
  std::string moving_name() const { return grid::name_of(moving.source, "moving"); }
};

/// The mask to which samples are restricted.
const Mask& region_of(const Inputs& inputs) {
  if (!inputs.fixed_mask) throw Error("'sample_in_mask' is set, but no mask is connected to 'fixed_mask'");
  const auto& voxels = inputs.fixed_mask->voxels;
  constexpr std::ptrdiff_t kFewest = 1000;
  const auto inside = std::count_if(voxels.begin(), voxels.end(), [](std::uint8_t v) { return v != 0; });
  if (inside < kFewest)
    throw Error("'" + grid::name_of(inputs.fixed_mask->source, "fixed_mask") + "' has " + std::to_string(inside) +
                " voxels inside, too few to register within; 1000 or more are expected");
  return *inputs.fixed_mask;
}

/// The figures of a result, for the case's table, and what is to be doubted of it.
class Verdict {
 public:
  Verdict(Context& context, const Inputs& inputs) : context_(context), inputs_(inputs) {}

  void add(const Check& check, double before, double after) {
    const Params& params = context_.params();
    context_.report("metric_before", before);
    context_.report("metric", after);
    context_.report("starts_mm", check.starts);
    context_.report("starts_agreeing", check.agreeing);
    doubt(check.agreeing < 2, "only one of the starts ended here, the next best " + short_number(check.starts) + " mm away",
          "connect a better 'initial' transform");
    if (check.halves >= 0) {
      context_.report("halves_mm", check.halves);
      doubt(check.halves > params.number("most_halves_mm"),
            "a half of the head, registered on its own, moves by " + short_number(check.halves) + " mm (limit " +
                short_number(params.number("most_halves_mm")) + " mm)",
            "check that both images are of one person, and that the head is whole in both");
    }
    if (check.overlap >= 0) {
      context_.report("overlap", check.overlap);
      doubt(check.overlap < params.number("least_overlap"),
            "the masks overlap with a Dice of " + short_number(check.overlap) + " (limit " +
                short_number(params.number("least_overlap")) + ")",
            "check both masks, and that both images are of one person");
    }
    doubt(after < before,
          "the metric is worse than at the start (" + short_number(after) + " against " + short_number(before) + ")",
          "connect a better 'initial' transform");
  }

  /// Warns or throws, as 'on_doubt' says.
  void speak() const {
    context_.report("doubts", static_cast<double>(count_));
    if (count_ == 0) return;
    const std::string sentence = "'" + inputs_.moving_name() + "' may be aligned wrongly with '" + inputs_.fixed_name() +
                                 "': " + reasons_ + "; look at the moved image over the fixed one, and " + advice_;
    if (context_.params().text("on_doubt") == "fail") throw Error(sentence);
    context_.warn(sentence);
  }

 private:
  void doubt(bool raised, const std::string& reason, const std::string& advice) {
    if (!raised) return;
    reasons_ += (count_ == 0 ? "" : "; ") + reason;
    if (count_++ == 0) advice_ = advice;
  }

  Context& context_;
  const Inputs& inputs_;
  std::string reasons_, advice_;
  int count_ = 0;
};

/// The metric on the finest level before any search.
double metric_before(const MutualInformation& metric, const Inputs& inputs, const Work& work) {
  const Affine start = inputs.initial ? inputs.initial->matrix() : TransformStep().matrix;
  return metric.value(start, work);
}

template <Freedom freedom>
class Register : public Node {
 public:
  void process(Context& context) override {
    const Inputs inputs(context);
    const Work work = work_of(context);
    const Params& params = context.params();
    Problem problem{&inputs.fixed, &inputs.moving, find_head(inputs.fixed, inputs.fixed_name(), work),
                    find_head(inputs.moving, inputs.moving_name(), work)};
    problem.freedom = freedom;
    problem.bins = static_cast<int>(params.integer("bins"));
    if (params.flag("sample_in_mask")) problem.region = &region_of(inputs);
    if (context.cancelled()) return;
    const Affine initial = inputs.initial ? inputs.initial->matrix() : Affine{};
    const Found found = search(problem, inputs.initial ? &initial : nullptr, params.flag("flatten"), work);
    if (context.cancelled()) return;
    judge(context, inputs, problem, found, work);
    emit(context, inputs, found.best.map, work);
  }

 private:
  static void judge(Context& context, const Inputs& inputs, const Problem& problem, const Found& found, const Work& work) {
    Check check;
    check_starts(found, problem.fixed_head, check);
    Problem prepared = problem;
    prepared.fixed = &found.prepared.fixed, prepared.moving = &found.prepared.moving;
    check.halves = -1;
    if (context.params().flag("check_halves")) check_halves(prepared, found.best.map, check, work);
    if (inputs.fixed_mask && inputs.moving_mask)
      check.overlap = overlap_of(*inputs.fixed_mask, *inputs.moving_mask, found.best.map, work);
    if (context.cancelled()) return;
    const MutualInformation metric = metric_of(prepared, kFine, work);
    Verdict verdict(context, inputs);
    verdict.add(check, metric_before(metric, inputs, work), found.best.information);
    verdict.speak();
  }

  static void emit(Context& context, const Inputs& inputs, const Affine& map, const Work& work) {
    const Params& params = context.params();
    const std::string space = params.text("space").empty() ? inputs.fixed.facts.space : params.text("space");
    Transform transform = affine_transform(map, space, inputs.moving.facts.space);
    transform.source = inputs.moving_name() + " to " + inputs.fixed_name();
    Volume moved = resampled(inputs.moving, inputs.fixed.geometry, transform, interpolation_of(params.text("interpolation")),
                             static_cast<float>(params.number("outside")), work);
    moved.facts.space = space;
    context.emit(kTransform, std::move(transform));
    context.emit(kMoved, std::move(moved));
  }
};

NodeType register_type(const std::string& name, const std::string& summary, const char* details) {
  NodeType type;
  type.name = name;
  type.summary = summary;
  type.details = std::string(details) + kRegisterDetails;
  type.inputs = {kFixed, kMoving, kInitial, kFixedMask, kMovingMask};
  type.outputs = {kTransform, kMoved};
  type.params = register_params();
  type.concurrent = true;
  return type;
}

}  // namespace

NodeType rigid_type() {
  NodeType type =
      register_type("registration.rigid", "Where an image lies in another of the same head: rotation and shift", kRigidDetails);
  type.create = create_node<Register<Freedom::rigid>>;
  return type;
}

NodeType affine_type() {
  NodeType type =
      register_type("registration.affine", "Where an image lies in another: rotation, shift, scale and shear", kAffineDetails);
  type.create = create_node<Register<Freedom::affine>>;
  return type;
}

}  // namespace flowrun::registration
