#include "read_mask.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <memory>
#include <utility>

#include "flowrun/sdk/context.h"
#include "flowrun/sdk/payloads.h"
#include "image_reader.h"

namespace flowrun::io {
namespace {

constexpr Output<Mask> kMask{"mask", "1 inside, 0 outside; its source is the file's name"};

/// NaN and infinity count as broken too.
bool is_whole(float value) { return std::nearbyint(value) == value && std::isfinite(value); }

/// The shortest text that is this number and no other.
std::string exact_text(float value) {
  char digits[32];
  return {digits, std::to_chars(digits, digits + sizeof digits, value).ptr};
}

void require_whole_numbers(const Volume& volume) {
  const auto broken = [](float value) { return !is_whole(value); };
  const auto first = std::find_if(volume.voxels.begin(), volume.voxels.end(), broken);
  if (first == volume.voxels.end()) return;
  refuse(volume.source, std::to_string(std::count_if(first, volume.voxels.end(), broken)) +
                            " of its voxels are not whole numbers (the first is " + exact_text(*first) + " at " +
                            voxel_text(volume.geometry, first - volume.voxels.begin()) +
                            "); a mask has whole numbers, 0 outside: threshold the image first");
}

/// An intercept or a background that is not 0 puts the whole image inside.
void warn_of_full(const Mask& mask, Context& ctx) {
  if (std::find(mask.voxels.begin(), mask.voxels.end(), 0) != mask.voxels.end()) return;
  ctx.warn("'" + mask.source + "': every voxel is inside the mask, since none is 0; check that outside is 0 in the file");
}

class ReadMask : public Node {
 public:
  void process(Context& ctx) override {
    const ReadOptions options = read_options(ctx.params(), "", Between::nearest);
    const Volume volume = read_image(ctx.params().text("path"), options, [&](std::string_view text) { ctx.warn(text); });
    require_whole_numbers(volume);
    Mask mask;
    mask.geometry = volume.geometry;
    mask.source = volume.source;
    mask.facts.kind = flowrun::kMask;
    mask.voxels.resize(volume.voxels.size());
    std::transform(volume.voxels.begin(), volume.voxels.end(), mask.voxels.begin(),
                   [](float value) -> std::uint8_t { return value != 0; });
    warn_of_full(mask, ctx);
    ctx.emit(kMask, std::move(mask));
  }
};

}  // namespace

NodeType read_mask_type() {
  NodeType type;
  type.name = "io.read_mask";
  type.summary = "Reads a mask or label image: every voxel that is not 0 is inside";
  type.details =
      "Reads what io.read_volume reads. The voxels must be whole numbers, whatever type the file keeps them in; of a "
      "label image all labels become 1. Resampling of sheared axes takes the nearest voxel, 0 outside.";
  type.outputs = {kMask};
  type.params = {{.name = "path", .type = ParamType::path, .help = "The mask file", .role = PathRole::input, .per_case = true}};
  for (ParamSpec& param : geometry_params()) type.params.push_back(std::move(param));
  type.concurrent = true;
  type.create = create_node<ReadMask>;
  return type;
}

}  // namespace flowrun::io
