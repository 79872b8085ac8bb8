#include "failing_network.h"

#include <algorithm>
#include <vector>

namespace flowrun::cnn {
namespace {

constexpr std::int64_t kLargestSize = 33;  // along each axis, of the patches that are tried

/// Whether the network gives a row for each patch.
bool takes(const tensor::Model& model, std::int64_t count, std::int64_t channels, at::IntArrayRef size) {
  try {
    const at::Tensor output = model.forward(at::zeros({count, channels, size[0], size[1], size[2]}));
    return output.dim() == 2 && output.size(0) == count;
  } catch (const std::exception&) {
    return false;
  }
}

std::string cube(std::int64_t size) {
  const std::string length = std::to_string(size);
  return length + " x " + length + " x " + length;
}

/// The cubes that the network takes, as far as it is one: the first, and whether it takes others.
std::string wanted_size(const tensor::Model& model, std::int64_t count, std::int64_t channels) {
  std::vector<std::int64_t> found;
  for (std::int64_t size = 1; size <= kLargestSize && found.size() < 2; ++size)
    if (takes(model, count, channels, {size, size, size})) found.push_back(size);
  if (found.empty()) return "";
  return found.size() == 1 ? "it takes patches of " + cube(found[0]) + " voxels"
                           : "it takes patches of " + cube(found[0]) + " voxels and others";
}

std::string channels_in_words(std::int64_t count) { return std::to_string(count) + (count == 1 ? " channel" : " channels"); }

}  // namespace

std::int64_t fixed_batch_of(const tensor::Model& model, const at::Tensor& input) {
  if (input.dim() != 5) return 0;
  for (const std::int64_t count : model.sizes_in_code())
    if (count != input.size(0) && takes(model, count, input.size(1), input.sizes().slice(2))) return count;
  return 0;
}

at::Tensor in_fixed_batches(const tensor::Model& model, const at::Tensor& input, std::int64_t batch) {
  std::vector<at::Tensor> parts;
  for (std::int64_t first = 0; first < input.size(0); first += batch) {
    const std::int64_t count = std::min(batch, input.size(0) - first);
    at::Tensor part = input.narrow(0, first, count);
    if (count < batch) {
      std::vector<std::int64_t> shape = input.sizes().vec();
      shape[0] = batch - count;
      part = at::cat({part, at::zeros(shape, input.options())});
    }
    const at::Tensor output = model.forward(part);
    if (output.dim() == 0 || output.size(0) != batch) return output;  // refused by whoever looks at its shape
    parts.push_back(output.narrow(0, 0, count));
  }
  return at::cat(parts);
}

std::string why_it_fails(const tensor::Model& model, const at::Tensor& input, const std::string& patches,
                         const std::string& reason) {
  const std::string network = "the network in '" + model.path() + "'";
  if (const std::string device = model.other_device(); !device.empty())
    return network + " was traced on '" + device + "', which is fixed in its code, so it cannot run on '" + model.device().str() +
           "'; make it again: torch.jit.script(network.eval().cpu()), or torch.jit.trace on the CPU with an example that " +
           "lies there, then .save(file)";
  const std::int64_t wanted = model.first_convolution_channels();
  if (wanted >= 0 && wanted != input.size(1))
    return network + " (its first convolution wants " + channels_in_words(wanted) + ") cannot take patches of " + patches +
           "; LibTorch says: " + reason;
  std::string hint;
  if (input.dim() == 5) hint = wanted_size(model, 1, input.size(1));
  for (std::size_t i = 0; hint.empty() && input.dim() == 5 && i < model.sizes_in_code().size(); ++i)
    hint = wanted_size(model, model.sizes_in_code()[i], input.size(1));
  return network + " cannot take patches of " + patches + (hint.empty() ? "" : "; " + hint) + "; LibTorch says: " + reason;
}

}  // namespace flowrun::cnn
