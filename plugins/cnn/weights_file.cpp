#include "weights_file.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "flowrun/sdk/error.h"
#include "pickle_reader.h"

namespace flowrun::cnn {
namespace {

static_assert(std::endian::native == std::endian::little, "arrays are taken from the file as they are");

using pickle::Kind;
using pickle::Value;

constexpr std::int64_t kMaxAxis = std::int64_t{1} << 28;
constexpr std::size_t kMaxArrays = 1000;  // a list of one array can be named again and again in a few bytes

std::vector<std::int64_t> shape_of(const Value& tuple) {
  if (tuple.items.empty() || tuple.items.size() > 8) throw Error("an array of it does not have between 1 and 8 axes");
  std::vector<std::int64_t> shape;
  for (const Value* axis : tuple.items) {
    if (axis->kind != Kind::integer || axis->number < 1 || axis->number > kMaxAxis)
      throw Error("the shape of an array of it is not made of whole numbers above 0");
    shape.push_back(axis->number);
  }
  return shape;
}

ArrayView array_of(const Value& value) {
  if (value.kind != Kind::array || value.items.size() != 2)
    throw Error("it contains " + std::string(in_words(value.kind)) + " where an array of weights is expected");
  ArrayView array{shape_of(*value.items[0]), value.text};
  if (const std::string_view type = value.items[1]->text; type != "<f4")
    throw Error("it contains an array of type '" + std::string(type) + "'; '<f4' (float32, little-endian) is expected");
  if (value.number != 0) throw Error("it contains an array in Fortran order; save numpy.ascontiguousarray of it");
  std::int64_t values = 1;
  for (const std::int64_t axis : array.shape) {
    values *= axis;
    if (values > kMaxAxis) throw Error("an array of it claims to be larger than any file that is read");
  }
  if (static_cast<std::size_t>(values) * sizeof(float) != array.bytes.size())
    throw Error("an array of it should have " + std::to_string(values * 4) + " bytes by its shape, but has " +
                std::to_string(array.bytes.size()));
  return array;
}

Layer layer_of(const Value& key, const Value& value) {
  if (key.kind != Kind::text || value.kind != Kind::list)
    throw Error("it is not a dictionary from layer names to lists of arrays");
  Layer layer{std::string(key.text.substr(0, 64)), {}};
  for (char& c : layer.name) {
    if (c < ' ' || c > '~') c = '?';
  }
  for (const Value* item : value.items) layer.arrays.push_back(array_of(*item));
  return layer;
}

std::vector<Layer> layers_of(const Value& root) {
  if (root.kind != Kind::dict) throw Error("it contains " + std::string(in_words(root.kind)) + ", not a dictionary of layers");
  std::vector<Layer> layers;
  std::size_t arrays = 0;
  for (std::size_t i = 0; i + 1 < root.items.size(); i += 2) {
    arrays += root.items[i + 1]->items.size();
    if (arrays > kMaxArrays || layers.size() >= kMaxArrays)
      throw Error("it contains more than " + std::to_string(kMaxArrays) + " layers or arrays; the published networks have a dozen");
    layers.push_back(layer_of(*root.items[i], *root.items[i + 1]));
  }
  return layers;
}

}  // namespace

WeightsFile::WeightsFile(const std::string& path, std::string file) : path_(path), bytes_(std::make_unique<Bytes>()) {
  try {
    bytes_->file = std::move(file);
    bytes_->store.file = bytes_->file;
    layers_ = layers_of(read_pickle(bytes_->store));
  } catch (const Error& fault) {
    throw Error("'" + path + "' cannot be used as a file of weights: " + fault.what());
  }
}

const Layer* WeightsFile::find(std::string_view name) const {
  const auto found = std::find_if(layers_.begin(), layers_.end(), [&](const Layer& layer) { return layer.name == name; });
  return found == layers_.end() ? nullptr : &*found;
}

}  // namespace flowrun::cnn
