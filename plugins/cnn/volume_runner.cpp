#include "volume_runner.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>

#include "channels.h"
#include "device/job.h"
#include "common/grid/inputs.h"
#include "common/torch/inference.h"
#include "common/torch/staging.h"
#include "flowrun/sdk/error.h"

namespace flowrun::cnn {
namespace {

std::string in_words(const Voxels& size) {
  return std::to_string(size[0]) + " x " + std::to_string(size[1]) + " x " + std::to_string(size[2]) + " voxels";
}

std::string in_words(std::int64_t channels) { return std::to_string(channels) + (channels == 1 ? " channel" : " channels"); }

/// "2 channels of 64 x 64 x 32 voxels", along x, y, z.
std::string in_words(const at::Tensor& input) {
  return in_words(input.size(1)) + " of " + in_words(Voxels{input.size(4), input.size(3), input.size(2)});
}

/// All combinations of one axis or more among those named, as axes of D x H x W counted from the end.
std::vector<std::vector<std::int64_t>> combinations_of(const std::vector<std::string>& names) {
  std::vector<std::vector<std::int64_t>> all{{}};  // begins with none of them
  for (const std::string axis : {"x", "y", "z"}) {
    if (std::find(names.begin(), names.end(), axis) == names.end()) continue;
    for (std::size_t i = 0, count = all.size(); i < count; ++i) {
      all.push_back(all[i]);
      all.back().push_back(axis == "x" ? -1 : axis == "y" ? -2 : -3);
    }
  }
  all.erase(all.begin());
  return all;
}

void require_axes(const std::vector<std::string>& names) {
  for (const std::string& name : names)
    if (name != "x" && name != "y" && name != "z")
      throw Error("parameter 'mirror' has '" + name + "', which is no axis; x, y and z are");
}

}  // namespace

VolumeRunner::VolumeRunner(const Params& params, std::int64_t output_class, std::string activation, c10::Device device,
                           const tensor::Arithmetic& arithmetic)
    : model_(tensor::load_model(params.text("model"), device, arithmetic)),
      description_(network::parse_description(model_->description(), model_->path())),
      activation_(std::move(activation)),
      output_class_(output_class),
      mirrored_(combinations_of(params.texts("mirror"))) {
  require_axes(params.texts("mirror"));
  const auto classes = static_cast<std::int64_t>(description_.classes.size());
  if (classes > 0 && output_class_ >= classes)
    throw Error("parameter 'output_class' is " + std::to_string(output_class_) + ", but the network in '" + model_->path() +
                "' has " + std::to_string(classes) + " classes, numbered from 0");
}

void VolumeRunner::check(const Volumes& volumes, const TilePlan& plan) const {
  const auto channels = static_cast<std::int64_t>(volumes.size());
  const auto wanted = static_cast<std::int64_t>(description_.channels.size());
  if (wanted > 0 && channels != wanted)
    throw Error("the network in '" + model_->path() + "' wants " + in_words(wanted) + " (" + channels_in_order(description_) +
                "), but " + std::to_string(channels) + (channels == 1 ? " volume is" : " volumes are") +
                " connected to input 'volumes'; connect one for each channel, in this order");
  check_contrasts(description_, model_->path(), grid::contrasts_of(volumes));
  if (description_.size[0] > 0 && description_.size != plan.tile)
    throw Error("the network in '" + model_->path() + "' wants images of " + in_words(description_.size) + ", but gets " +
                in_words(plan.tile) + "; bring the images to that size (geometry.resize_volume), or set parameter 'tile'");
}

at::Tensor VolumeRunner::input_of(const Volumes& volumes, const TilePlan& plan, std::int64_t tile) const {
  const auto [width, height, depth] = plan.tile;
  const Voxels first = plan.start(tile);
  Voxels count{};
  for (std::size_t axis = 0; axis < 3; ++axis)
    count[axis] = std::clamp<std::int64_t>(plan.image[axis] - first[axis], 0, plan.tile[axis]);
  at::Tensor input =
      tensor::staging({1, static_cast<std::int64_t>(volumes.size()), depth, height, width}, at::kFloat, model_->device());
  input.zero_();
  float* channel = input.data_ptr<float>();
  for (const Volume* volume : volumes) {
    for (std::int64_t z = 0; z < count[2]; ++z)
      for (std::int64_t y = 0; y < count[1]; ++y)
        std::copy_n(volume->voxels.data() + volume->geometry.index_of(first[0], first[1] + y, first[2] + z), count[0],
                    channel + width * (y + height * z));
    channel += width * height * depth;
  }
  return input;
}

at::Tensor VolumeRunner::maps_of(const at::Tensor& input) const {
  try {
    const at::Tensor here = input.to(model_->device(), /*non_blocking=*/true);
    at::Tensor mirrored;  // before the input as it is, which a network may write to
    for (const std::vector<std::int64_t>& axes : mirrored_) {
      const at::Tensor maps = maps_of_one(here.flip(axes)).flip(axes);
      mirrored = mirrored.defined() ? mirrored + maps : maps;
    }
    const at::Tensor maps = maps_of_one(here);
    if (!mirrored.defined()) return maps.contiguous();
    return ((maps + mirrored) / static_cast<double>(mirrored_.size() + 1)).contiguous();
  } catch (const Error&) {
    throw;
  } catch (const std::exception& failure) {
    refuse_failure(failure, input);
  }
}

at::Tensor VolumeRunner::maps_of_one(const at::Tensor& input) const {
  at::Tensor output = model_->forward(input);
  check_output(output, input);
  output = output.to(at::kFloat);
  if (activation_ == "softmax") output = at::softmax(output, 1);
  output = output_class_ == kAllClasses ? output[0] : output[0].narrow(0, output_class_, 1);
  if (activation_ == "sigmoid") output = at::sigmoid(output);
  return output;
}

void VolumeRunner::refuse_failure(const std::exception& failure, const at::Tensor& input) const {
  const std::string network = "the network in '" + model_->path() + "'", reason = tensor::short_reason(failure);
  if (tensor::is_out_of_memory(failure) || dynamic_cast<const std::bad_alloc*>(&failure)) {
    const std::string what = "there is not enough memory to run " + network + " over " + in_words(input) +
                             " at a time; set parameter 'tile' to fewer voxels, or fewer than now";
    if (!model_->device().is_cpu()) throw device::OutOfMemory(what + "; LibTorch says: " + reason);
    throw Error(what);
  }
  if (tensor::is_raised_by_network(failure)) throw Error(network + " stops with: " + reason);
  if (const std::string device = model_->other_device(); !device.empty())
    throw Error(network + " was traced on '" + device + "', which is fixed in its code, so it cannot run on '" +
                model_->device().str() + "'; make it again on that device, or on the CPU");
  const std::int64_t wanted = model_->first_convolution_channels();
  std::string hint = "; where it halves its input, set parameter 'multiple' (such as 16)";
  if (wanted >= 0 && wanted != input.size(1)) hint = "; its first convolution wants " + in_words(wanted);
  throw Error(network + " cannot take " + in_words(input) + hint + "; LibTorch says: " + reason);
}

void VolumeRunner::check_output(const at::Tensor& output, const at::Tensor& input) const {
  const std::string network = "the network in '" + model_->path() + "' gives ";
  const bool fits = output.dim() == 5 && output.size(0) == 1 && output.size(1) >= 1 && output.is_floating_point() &&
                    output.sizes().slice(2) == input.sizes().slice(2);
  if (!fits)
    throw Error(network + "a tensor of shape " + c10::str(output.sizes()) + " and type " + c10::toString(output.scalar_type()) +
                " for an input of shape " + c10::str(input.sizes()) + "; 1 x K x D x H x W floating-point values are expected, " +
                "with the input's D, H and W" +
                (output.dim() == 2 ? "; a network that scores patches runs in cnn.stage" : ""));
  const auto classes = static_cast<std::int64_t>(description_.classes.size());
  if (classes > 0 && output.size(1) != classes)
    throw Error(network + std::to_string(output.size(1)) + " values for each voxel, but its description names " +
                std::to_string(classes) + " classes");
  if (output_class_ >= output.size(1))
    throw Error("parameter 'output_class' is " + std::to_string(output_class_) + ", but " + network +
                std::to_string(output.size(1)) + (output.size(1) == 1 ? " value" : " values") +
                " for each voxel, numbered from 0");
}

void VolumeRunner::refuse_nan(const Volume& map) const {
  const auto wrong = std::find_if(map.voxels.begin(), map.voxels.end(), [](float value) { return std::isnan(value); });
  if (wrong == map.voxels.end()) return;
  const auto [x, y, z] = map.geometry.voxel_at(wrong - map.voxels.begin());
  throw Error("the network in '" + model_->path() + "' gives NaN at voxel (" + std::to_string(x) + ", " + std::to_string(y) +
              ", " + std::to_string(z) + ") of '" + map.source + "'; look for NaN in the images or in the network's weights");
}

ParamSpec VolumeRunner::mirror_param() {
  return {.name = "mirror",
          .type = ParamType::strings,
          .default_value = std::vector<std::string>{},
          .help =
              "Axes, of x, y, z, along which images are mirrored too; the maps are the mean over all ways, and each way takes a "
              "run of the network"};
}

ParamSpec VolumeRunner::model_param() {
  return {.name = "model",
          .type = ParamType::path,
          .help = "TorchScript file of a network that takes 1 x C x D x H x W and gives 1 x K x D x H x W"};
}

}  // namespace flowrun::cnn
