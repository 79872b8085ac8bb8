#include "write_volume.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>

#include "flowrun/sdk/context.h"
#include "flowrun/sdk/error.h"
#include "flowrun/sdk/payloads.h"
#include "image_writer.h"

namespace flowrun::io {
namespace {

constexpr Input<Volume> kVolume{"volume", "The image", Scope::per_case};

template <class T>
constexpr float kLow = static_cast<float>(std::numeric_limits<T>::min());
template <class T>
constexpr float kHigh = static_cast<float>(std::numeric_limits<T>::max());

/// NaN does not fit either.
template <class T>
bool fits(float rounded) {
  return rounded >= kLow<T> && rounded <= kHigh<T>;
}

template <class T>
[[noreturn]] void refuse_range(const Volume& volume, const std::string& path, const std::string& type) {
  const auto outside =
      std::count_if(volume.voxels.begin(), volume.voxels.end(), [](float v) { return !fits<T>(std::nearbyint(v)); });
  const auto [low, high] = std::minmax_element(volume.voxels.begin(), volume.voxels.end());
  throw Error("cannot write '" + path + "' as " + type + ": " + std::to_string(outside) + " voxels are outside " +
              number_text(kLow<T>) + " to " + number_text(kHigh<T>) + " (the image goes from " + number_text(*low) + " to " +
              number_text(*high) + "); set the parameter 'pixel_type' to \"float32\" or scale the image");
}

template <class T>
std::vector<T> rounded(const Volume& volume, const std::string& path, const std::string& type) {
  std::vector<T> values(volume.voxels.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    const float value = std::nearbyint(volume.voxels[i]);
    if (!fits<T>(value)) refuse_range<T>(volume, path, type);
    values[i] = static_cast<T>(value);
  }
  return values;
}

/// Readers refuse such voxels, ours too.
void warn_not_finite(Context& ctx, const Volume& volume) {
  const auto count = std::count_if(volume.voxels.begin(), volume.voxels.end(), [](float value) { return !std::isfinite(value); });
  if (count > 0)
    ctx.warn(std::to_string(count) + " of " + std::to_string(volume.voxels.size()) +
             " voxels are not finite (NaN or infinite) and are written so; look at the node that made the image");
}

class WriteVolume : public Node {
 public:
  void process(Context& ctx) override {
    const std::string& path = ctx.params().text("path");
    const std::string& type = ctx.params().text("pixel_type");
    const bool compress = ctx.params().flag("compress");
    const Volume& volume = ctx.in(kVolume);
    require_writable_name(path);
    warn_not_finite(ctx, volume);
    const auto write = [&](const auto& voxels) {
      write_image(path, volume.geometry, voxels, compress, [&](std::string_view text) { ctx.warn(text); });
    };
    if (type == "float32") write(volume.voxels);
    else if (type == "float64") write(std::vector<double>(volume.voxels.begin(), volume.voxels.end()));
    else if (type == "int16") write(rounded<std::int16_t>(volume, path, type));
    else if (type == "uint16") write(rounded<std::uint16_t>(volume, path, type));
    else write(rounded<std::uint8_t>(volume, path, type));
  }
};

}  // namespace

NodeType write_volume_type() {
  NodeType type;
  type.name = "io.write_volume";
  type.summary = "Writes an image to .nii.gz, .nii, .nrrd or .mha";
  type.details =
      "The file appears under its name only when it is whole: it is written beside it under a temporary name and "
      "renamed. Folders are made where they are missing; an older file is replaced.\n\n"
      "Whole-number pixel types take the nearest whole number (a half goes to the even one); a value that does not fit "
      "is an error. NIfTI keeps the geometry in float32, as sform and qform with code 1 (the qform with code 0 where a "
      "quaternion cannot keep the place): to 1e-4 mm within a metre of the origin, further away to 6e-8 of the "
      "coordinate, and where that would move the image by more than a tenth of a voxel it is an error. NRRD and "
      "MetaImage keep 64 bits.";
  type.inputs = {kVolume};
  type.params = {
      {.name = "path", .type = ParamType::path, .help = "The file to write", .role = PathRole::output, .per_case = true},
      {.name = "pixel_type",
       .type = ParamType::choice,
       .default_value = std::string("float32"),
       .help = "How a voxel is kept in the file",
       .choices = {"float32", "float64", "int16", "uint16", "uint8"}},
      {.name = "compress",
       .type = ParamType::boolean,
       .default_value = true,
       .help = "Compress .nrrd and .mha; .nii.gz always is compressed, .nii never"},
  };
  type.concurrent = true;
  type.create = create_node<WriteVolume>;
  return type;
}

}  // namespace flowrun::io
