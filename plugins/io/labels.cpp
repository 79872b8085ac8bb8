#include "labels.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "flowrun/sdk/context.h"
#include "flowrun/sdk/node.h"
#include "flowrun/sdk/payloads.h"
#include "image_reader.h"
#include "image_writer.h"
#include "write_mask.h"

namespace flowrun::io {
namespace {

constexpr Output<Labels> kRead{"labels", "The label image; its source is the file's name"};
constexpr Input<Labels> kWritten{"labels", "The label image; its values are kept", Scope::per_case};

/// float32 has every whole number up to here, and files are read as float32.
constexpr float kLargest = 16777216;

std::int32_t label_of(const Volume& volume, std::size_t index) {
  const float value = volume.voxels[index];
  if (value == std::floor(value) && std::abs(value) < kLargest) return static_cast<std::int32_t>(value);
  const bool whole = value == std::floor(value);
  refuse(volume.source, "its voxel " + voxel_text(volume.geometry, static_cast<std::int64_t>(index)) + " is " +
                            number_text(value) +
                            (whole ? "; labels are read up to 16777215" : "; labels are whole numbers: is it the right file?"));
}

class ReadLabels : public Node {
 public:
  void process(Context& ctx) override {
    const ReadOptions options = read_options(ctx.params(), "", Between::nearest);
    const Volume volume = read_image(ctx.params().text("path"), options, [&](std::string_view text) { ctx.warn(text); });
    Labels labels = image_like<Labels>(volume, flowrun::kLabels);
    for (std::size_t i = 0; i < labels.voxels.size(); ++i) labels.voxels[i] = label_of(volume, i);
    ctx.emit(kRead, std::move(labels));
  }
};

/// The labels as a smaller type, where all fit.
template <class T>
bool fits(const std::vector<std::int32_t>& labels) {
  const auto [low, high] = std::minmax_element(labels.begin(), labels.end());
  return labels.empty() || (*low >= std::numeric_limits<T>::min() && *high <= std::numeric_limits<T>::max());
}

class WriteLabels : public Node {
 public:
  void process(Context& ctx) override {
    const Labels& labels = ctx.in(kWritten);
    const auto write = [&](const auto& voxels) {
      write_image(ctx.params().text("path"), labels.geometry, voxels, ctx.params().flag("compress"),
                  [&](std::string_view text) { ctx.warn(text); });
    };
    const auto& values = labels.voxels;
    if (fits<std::uint8_t>(values)) write(std::vector<std::uint8_t>(values.begin(), values.end()));
    else if (fits<std::uint16_t>(values)) write(std::vector<std::uint16_t>(values.begin(), values.end()));
    else write(values);
  }
};

}  // namespace

NodeType read_labels_type() {
  NodeType type;
  type.name = "io.read_labels";
  type.summary = "Reads a label image: a whole number a voxel";
  type.details =
      "Reads what io.read_volume reads. The voxels must be whole numbers, whatever type the file keeps them in; they are read up "
      "to "
      "16777215 and refused beyond. Resampling of sheared axes takes the nearest voxel, 0 outside. Image files have no names of "
      "labels.";
  type.outputs = {kRead};
  type.params = {{.name = "path", .type = ParamType::path, .help = "The label image", .role = PathRole::input, .per_case = true}};
  for (ParamSpec& param : geometry_params()) type.params.push_back(std::move(param));
  type.concurrent = true;
  type.create = create_node<ReadLabels>;
  return type;
}

NodeType write_labels_type() {
  NodeType type;
  type.name = "io.write_labels";
  type.summary = "Writes a label image to .nii.gz, .nii, .nrrd or .mha";
  type.details =
      "Written as io.write_volume does it: whole or not at all. Each voxel has one, two or four bytes: uint8 where all labels "
      "are "
      "from 0 to 255, uint16 where they are from 0 to 65535, else int32. Names of labels are not kept: image files have no place "
      "for them.";
  type.inputs = {kWritten};
  type.params = written_file_params();
  type.concurrent = true;
  type.create = create_node<WriteLabels>;
  return type;
}

}  // namespace flowrun::io
