#include "node_types.h"

#include <algorithm>

#include "flowrun/sdk/node.h"
#include "raw_head_texts.h"
#include "scanner.h"

namespace flowrun::phantom {
namespace {

enum { kScanOfT1, kScanOfFlair };

class RawHeadNode : public Node {
 public:
  void process(Context& context) override;
};

/// What one firing makes its images of.
struct Session {
  const WholeHead& head;
  std::uint64_t seed;
  std::string source;
  Context& context;
};

/// A head without bias field and noise, in one grid.
struct CleanImages {
  Volume t1, flair;
};

template <class Image>
Image empty_image(const ScanGrid& grid, const std::string& source, std::string_view kind, const char* contrast = "") {
  Image image;
  image.geometry = grid.geometry;
  image.voxels.resize(static_cast<std::size_t>(grid.geometry.voxel_count()));
  image.source = source;
  image.facts.contrast = contrast;
  image.facts.kind = kind;
  return image;
}

bool none(const ParamValue& value) {
  const auto& numbers = std::get<std::vector<double>>(value);
  return std::all_of(numbers.begin(), numbers.end(), [](double number) { return number == 0; });
}

Pose pose_from(const Params& params, std::uint64_t seed) {
  if (params.text("pose") == kGiven) return pose_of(params.numbers("rotation"), params.numbers("translation"));
  for (const char* name : {"rotation", "translation"})
    if (!none(*params.find(name)))
      throw Error("parameter '" + std::string(name) +
                  "' is given, but 'pose' is 'drawn', which takes the pose from the seed; set "
                  "'pose' to 'given', or leave '" +
                  name + "' out");
  return drawn_pose(seed, params.number("rotation_limit"), params.number("translation_limit"));
}

Coil coil_of(const Session& session, int scan) {
  const Params& params = session.context.params();
  return Coil(session.seed, scan, static_cast<float>(params.number("bias")),
              static_cast<float>(params.number("noise")) * session.head.white_signal());
}

std::int64_t voxels_at_edge(const Mask& mask) {
  const auto& size = mask.geometry.size;
  std::int64_t found = 0;
  for (std::int64_t i = 0; i < mask.geometry.voxel_count(); ++i) {
    if (!mask.voxels[static_cast<std::size_t>(i)]) continue;
    const auto voxel = mask.geometry.voxel_at(i);
    for (std::size_t axis = 0; axis < 3; ++axis)
      if (voxel[axis] == 0 || voxel[axis] == size[axis] - 1) {
        ++found;
        break;
      }
  }
  return found;
}

/// Returns the brain's volume in ml. Throws Error when there is none; warns where the image's edge cuts it.
double check_brain(const Mask& brain, const std::string& name, Context& context) {
  const auto count = std::count(brain.voxels.begin(), brain.voxels.end(), 1);
  if (count == 0)
    throw Error("no voxel of the image '" + name +
                "' is more than half brain: its field of view lies beside the head, or its "
                "voxels are too large; change " +
                name + "_centre, " + name + "_size or " + name + "_spacing");
  if (const std::int64_t cut = voxels_at_edge(brain))
    context.warn("the edge of the image '" + name + "' cuts the brain at " + std::to_string(cut) + " voxels; change " + name +
                 "_centre or enlarge " + name + "_size unless that is wanted");
  return static_cast<double>(count) * brain.geometry.voxel_volume() / 1000;
}

void emit_t1(const Session& session, const Scan& scan, ProgressSpan progress) {
  Volume t1 = empty_image<Volume>(scan.grid, session.source, kIntensity, "T1w");
  Mask brain = empty_image<Mask>(scan.grid, session.source, kMask);
  const Coil coil = coil_of(session, kScanOfT1);
  look(
      scan, session.context, progress,
      [&](std::int64_t index, const HeadSample& mean) {
        t1.voxels[static_cast<std::size_t>(index)] = mean.signal.t1;
        brain.voxels[static_cast<std::size_t>(index)] = mean.brain > 0.5f;
      },
      [&](std::int64_t z) { coil.receive(scan.grid, z, t1.voxels); });
  if (session.context.cancelled()) return;
  check_brain(brain, "t1", session.context);
  session.context.emit(kRawT1, std::move(t1));
  session.context.emit(kT1Brain, std::move(brain));
}

CleanImages empty_clean(const ScanGrid& grid, const std::string& source) {
  return {empty_image<Volume>(grid, source, kIntensity, "T1w"), empty_image<Volume>(grid, source, kIntensity, "FLAIR")};
}

void put_clean(const HeadSample& mean, std::int64_t index, CleanImages& clean) {
  const auto i = static_cast<std::size_t>(index);
  const Signal signal = mean.brain > 0.5f ? mean.signal : kAir;
  clean.t1.voxels[i] = signal.t1;
  clean.flair.voxels[i] = signal.flair;
}

void emit_clean(CleanImages clean, Context& context) {
  context.emit(kCleanT1, std::move(clean.t1));
  context.emit(kCleanFlair, std::move(clean.flair));
}

void emit_fine_clean(const Session& session, const Scan& fine, ProgressSpan progress) {
  CleanImages clean = empty_clean(fine.grid, session.source);
  look(fine, session.context, progress, [&](std::int64_t index, const HeadSample& mean) { put_clean(mean, index, clean); });
  if (!session.context.cancelled()) emit_clean(std::move(clean), session.context);
}

struct FlairImages {
  Volume flair;
  Mask brain, lesions;
  CleanImages clean;
};

void put_flair(const HeadSample& mean, std::int64_t index, FlairImages& images) {
  const auto i = static_cast<std::size_t>(index);
  images.flair.voxels[i] = mean.signal.flair;
  images.brain.voxels[i] = mean.brain > 0.5f;
  images.lesions.voxels[i] = mean.lesion > 0.5f;
  put_clean(mean, index, images.clean);
}

void emit_flair(const Session& session, FlairImages images) {
  Context& context = session.context;
  context.report("brain_ml", check_brain(images.brain, "flair", context));
  const auto lesions = std::count(images.lesions.voxels.begin(), images.lesions.voxels.end(), 1);
  context.report("lesion_voxels", static_cast<double>(lesions));
  context.emit(kRawFlair, std::move(images.flair));
  context.emit(kBrain, std::move(images.brain));
  context.emit(kRawLesions, std::move(images.lesions));
  if (context.params().text("clean_grid") == kFlairGrid) emit_clean(std::move(images.clean), context);
}

void make_flair(const Session& session, const Scan& scan, ProgressSpan progress) {
  FlairImages images{empty_image<Volume>(scan.grid, session.source, kIntensity, "FLAIR"),
                     empty_image<Mask>(scan.grid, session.source, kMask), empty_image<Mask>(scan.grid, session.source, kMask),
                     empty_clean(scan.grid, session.source)};
  const Coil coil = coil_of(session, kScanOfFlair);
  look(
      scan, session.context, progress, [&](std::int64_t index, const HeadSample& mean) { put_flair(mean, index, images); },
      [&](std::int64_t z) { coil.receive(scan.grid, z, images.flair.voxels); });
  if (!session.context.cancelled()) emit_flair(session, std::move(images));
}

void emit_pose(const Session& session, const Pose& pose) {
  session.context.report("pose_degrees", pose.degrees());
  session.context.report("pose_mm", pose.mm());
  Transform transform = transform_of(pose, "FLAIR", "T1w");
  transform.source = session.source;
  session.context.emit(kT1ToFlair, std::move(transform));
}

/// The head's pose in the T1's world as far as an operator sees it: the field of view follows the shift.
Pose shift_of(const Pose& pose) { return {.shift = pose.shift}; }

void RawHeadNode::process(Context& context) {
  const Params& params = context.params();
  const auto seed = static_cast<std::uint64_t>(params.integer("seed"));
  const Pose pose = pose_from(params, seed);
  const ScanGrid t1 = scan_grid(field_of_view(params, "t1"), shift_of(pose));
  const ScanGrid flair = scan_grid(field_of_view(params, "flair"), {});
  const bool fine = params.text("clean_grid") == kFineGrid;
  const ScanGrid clean = fine ? isotropic(flair, 1, "pair of clean images (parameter clean_grid)") : flair;
  const std::int64_t wanted = params.integer("lesions");
  const WholeHead head(seed, wanted, params.integer("fakes"));
  if (head.lesions() < wanted)
    context.warn("only " + std::to_string(head.lesions()) + " of " + std::to_string(wanted) + " lesions found a place");
  const Session session{head, seed, "raw phantom " + std::to_string(params.integer("seed")), context};
  context.progress(0.1);
  make_flair(session, {head, flair, {}}, {0.1, fine ? 0.4 : 0.5});
  if (fine && !context.cancelled()) emit_fine_clean(session, {head, clean, {}}, {0.4, 0.6});
  if (!context.cancelled()) emit_t1(session, {head, t1, pose.inverse()}, {fine ? 0.6 : 0.5, 1});
  if (!context.cancelled()) emit_pose(session, pose);
}

}  // namespace

NodeType raw_head_type() {
  NodeType type;
  type.name = "phantom.raw_head";
  type.summary = "Raw T1 and FLAIR of an artificial head, each on its own grid, with the true transform and masks";
  type.details = kRawHeadDetails;
  type.outputs = {kRawT1, kRawFlair, kT1ToFlair, kBrain, kRawLesions, kT1Brain, kCleanT1, kCleanFlair};
  type.params = raw_head_params();
  type.concurrent = true;
  type.create = create_node<RawHeadNode>;
  return type;
}

}  // namespace flowrun::phantom
