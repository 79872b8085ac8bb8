#include "keras_file.h"

#include <hdf5.h>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <random>

namespace flowrun::testing {
namespace {

KerasArray array_between(std::vector<std::int64_t> shape, double low, double high, unsigned seed) {
  std::int64_t count = 1;
  for (const std::int64_t axis : shape) count *= axis;
  std::minstd_rand random(seed);
  KerasArray array{std::move(shape), std::vector<float>(static_cast<std::size_t>(count))};
  for (float& value : array.values)
    value = static_cast<float>(low + (high - low) * static_cast<double>(random() % 10007) / 10006);
  return array;
}

/// Such that values keep their size from layer to layer.
void add_kernel(KerasArrays& arrays, const std::string& layer, const std::vector<std::int64_t>& shape, unsigned seed) {
  double inputs = 1;
  for (std::size_t axis = 0; axis + 1 < shape.size(); ++axis) inputs *= static_cast<double>(shape[axis]);
  const double bound = std::sqrt(3 / inputs);
  arrays[layer + "/kernel"] = array_between(shape, -bound, bound, seed);
  arrays[layer + "/bias"] = array_between({shape.back()}, -0.2, 0.2, seed + 1);
}

void add_block(KerasArrays& arrays, const std::string& name, std::int64_t in, std::int64_t out, std::int64_t size,
               unsigned seed) {
  add_kernel(arrays, "conv" + name, {3, 3, 3, in, out}, seed);
  arrays["bn_" + name + "/gamma"] = array_between({out}, 0.7, 1.3, seed + 2);
  arrays["bn_" + name + "/beta"] = array_between({out}, -0.2, 0.2, seed + 3);
  arrays["bn_" + name + "/moving_mean"] = array_between({out}, -0.2, 0.2, seed + 4);
  arrays["bn_" + name + "/moving_variance"] = array_between({out}, 0.5, 1.5, seed + 5);
  arrays["prelu_conv" + name + "/alpha"] = array_between({out, size, size, size}, -0.5, 1.2, seed + 6);
}

/// Closes what HDF5 opened.
class Id {
 public:
  Id(hid_t id, herr_t (*close)(hid_t)) : id_(id), close_(close) { REQUIRE(id >= 0); }
  ~Id() { close_(id_); }
  Id(const Id&) = delete;
  Id& operator=(const Id&) = delete;
  operator hid_t() const { return id_; }

 private:
  hid_t id_;
  herr_t (*close_)(hid_t);
};

void write_text(hid_t file, const char* name, const std::string& text) {
  const Id type(H5Tcopy(H5T_C_S1), H5Tclose);
  REQUIRE(H5Tset_size(type, H5T_VARIABLE) >= 0);
  const Id space(H5Screate(H5S_SCALAR), H5Sclose);
  const Id attribute(H5Acreate2(file, name, type, space, H5P_DEFAULT, H5P_DEFAULT), H5Aclose);
  const char* value = text.c_str();
  REQUIRE(H5Awrite(attribute, type, &value) >= 0);
}

void write_array(hid_t file, const std::string& name, const KerasArray& array, Oddity oddity) {
  std::vector<hsize_t> shape(array.shape.begin(), array.shape.end());
  const Id space(H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr), H5Sclose);
  const Id links(H5Pcreate(H5P_LINK_CREATE), H5Pclose);
  H5Pset_create_intermediate_group(links, 1);
  const Id layout(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
  if (oddity == Oddity::compressed) {
    H5Pset_chunk(layout, static_cast<int>(shape.size()), shape.data());
    H5Pset_deflate(layout, 4);
  }
  if (oddity == Oddity::external_values) H5Pset_external(layout, "elsewhere.bin", 0, H5F_UNLIMITED);
  const hid_t type = oddity == Oddity::doubles ? H5T_IEEE_F64LE : H5T_IEEE_F32LE;
  const Id set(H5Dcreate2(file, name.c_str(), type, space, links, layout, H5P_DEFAULT), H5Dclose);
  if (oddity == Oddity::external_values) return;
  REQUIRE(H5Dwrite(set, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, array.values.data()) >= 0);
}

struct Map {
  std::int64_t channels = 0, size = 0;
  std::vector<double> values;
  double& at(std::int64_t c, std::int64_t x, std::int64_t y, std::int64_t z) {
    return values[static_cast<std::size_t>(((c * size + x) * size + y) * size + z)];
  }
  double at(std::int64_t c, std::int64_t x, std::int64_t y, std::int64_t z) const {
    return const_cast<Map*>(this)->at(c, x, y, z);
  }
  bool has(std::int64_t x, std::int64_t y, std::int64_t z) const {
    return x >= 0 && y >= 0 && z >= 0 && x < size && y < size && z < size;
  }
};

template <class Visit>
void each_of(std::int64_t size, Visit visit) {
  for (std::int64_t x = 0; x < size; ++x)
    for (std::int64_t y = 0; y < size; ++y)
      for (std::int64_t z = 0; z < size; ++z) visit(x, y, z);
}

Map convolved(const Map& in, const KerasArray& kernel, const KerasArray& bias, bool flipped) {
  const std::int64_t outputs = kernel.shape[4];
  Map out{outputs, in.size, std::vector<double>(static_cast<std::size_t>(outputs * in.size * in.size * in.size))};
  const std::int64_t sign = flipped ? -1 : 1;
  for (std::int64_t to = 0; to < outputs; ++to) {
    each_of(in.size, [&](auto x, auto y, auto z) { out.at(to, x, y, z) = bias.values[static_cast<std::size_t>(to)]; });
    for (std::int64_t from = 0; from < in.channels; ++from)
      each_of(3, [&](auto i, auto j, auto k) {
        const double weight =
            kernel.values[static_cast<std::size_t>((((i * 3 + j) * 3 + k) * in.channels + from) * outputs + to)];
        const std::int64_t dx = sign * (i - 1), dy = sign * (j - 1), dz = sign * (k - 1);
        each_of(in.size, [&](auto x, auto y, auto z) {
          if (in.has(x + dx, y + dy, z + dz)) out.at(to, x, y, z) += weight * in.at(from, x + dx, y + dy, z + dz);
        });
      });
  }
  return out;
}

Map block(const KerasArrays& arrays, const std::string& name, const Map& in, bool flipped) {
  Map out = convolved(in, arrays.at("conv" + name + "/kernel"), arrays.at("conv" + name + "/bias"), flipped);
  const auto of_batch = [&](const char* what) -> const std::vector<float>& {
    return arrays.at("bn_" + name + "/" + what).values;
  };
  const std::vector<float>& slopes = arrays.at("prelu_conv" + name + "/alpha").values;
  const auto each = static_cast<std::size_t>(out.size * out.size * out.size);
  for (std::size_t i = 0; i < out.values.size(); ++i) {
    const std::size_t c = i / each;
    double value = (out.values[i] - of_batch("moving_mean")[c]) / std::sqrt(of_batch("moving_variance")[c] + 1e-3);
    value = value * of_batch("gamma")[c] + of_batch("beta")[c];
    out.values[i] = value > 0 ? value : slopes[i] * value;
  }
  return out;
}

Map pooled(const Map& in) {
  Map out{in.channels, in.size / 2, {}};
  for (std::int64_t c = 0; c < in.channels; ++c)
    each_of(out.size, [&](auto x, auto y, auto z) {
      double largest = in.at(c, 2 * x, 2 * y, 2 * z);
      each_of(2, [&](auto i, auto j, auto k) { largest = std::max(largest, in.at(c, 2 * x + i, 2 * y + j, 2 * z + k)); });
      out.values.push_back(largest);
    });
  return out;
}

std::vector<double> dense(const KerasArrays& arrays, const std::string& name, const std::vector<double>& in) {
  const KerasArray& bias = arrays.at(name + "/bias");
  const std::vector<float>& kernel = arrays.at(name + "/kernel").values;
  std::vector<double> out(bias.values.begin(), bias.values.end());
  for (std::size_t i = 0; i < in.size(); ++i)
    for (std::size_t j = 0; j < out.size(); ++j) out[j] += in[i] * kernel[i * out.size() + j];
  const auto slopes = arrays.find("prelu_" + name + "/alpha");
  for (std::size_t j = 0; j < out.size() && slopes != arrays.end(); ++j)
    if (out[j] < 0) out[j] *= slopes->second.values[j];
  return out;
}

}  // namespace

KerasArrays made_up_keras_weights(std::int64_t channels) {
  KerasArrays arrays;
  add_block(arrays, "1_1", channels, 32, 11, 10);
  add_block(arrays, "1_2", 32, 32, 11, 20);
  add_block(arrays, "2_1", 32, 64, 5, 30);
  add_block(arrays, "2_2", 64, 64, 5, 40);
  const std::vector<std::pair<std::string, std::int64_t>> dense_layers{{"d1", 256}, {"d2", 128}, {"d3", 64}};
  std::int64_t in = 512;
  for (const auto& [name, units] : dense_layers) {
    add_kernel(arrays, name, {in, units}, 50 + static_cast<unsigned>(units));
    arrays["prelu_" + name + "/alpha"] = array_between({units}, -0.5, 1.2, 60 + static_cast<unsigned>(units));
    in = units;
  }
  add_kernel(arrays, "out", {64, 2}, 70);
  return arrays;
}

void write_keras_file(const std::string& path, const KerasArrays& arrays, const std::string& backend, Oddity oddity) {
  const Id access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
  if (oddity == Oddity::newest_form) H5Pset_libver_bounds(access, H5F_LIBVER_LATEST, H5F_LIBVER_LATEST);
  const Id file(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, access), H5Fclose);
  if (oddity != Oddity::no_backend) write_text(file, "backend", backend);
  write_text(file, "keras_version", "2.0.8");
  const bool theano = backend == "theano";
  for (const auto& [name, array] : arrays) {
    const std::size_t slash = name.find('/');
    const std::string layer = name.substr(0, slash);
    const std::string path_of = layer + "/" + layer + (theano ? "" : "_1") + name.substr(slash) + (theano ? "" : ":0");
    write_array(file, path_of, array, name == "d2/kernel" ? oddity : Oddity::none);
  }
  if (oddity == Oddity::soft_link) H5Lcreate_soft("/conv1_1", file, "again", H5P_DEFAULT, H5P_DEFAULT);
  if (oddity == Oddity::external_link) H5Lcreate_external("other.hdf5", "/x", file, "other", H5P_DEFAULT, H5P_DEFAULT);
}

std::array<double, 2> direct_keras_network(const KerasArrays& arrays, const std::vector<float>& patch, bool flipped) {
  const std::int64_t channels = arrays.at("conv1_1/kernel").shape[3];
  Map map{channels, 11, std::vector<double>(patch.begin(), patch.end())};
  map = pooled(block(arrays, "1_2", block(arrays, "1_1", map, flipped), flipped));
  map = pooled(block(arrays, "2_2", block(arrays, "2_1", map, flipped), flipped));
  std::vector<double> values = map.values;
  for (const char* name : {"d1", "d2", "d3", "out"}) values = dense(arrays, name, values);
  const double lesion = 1 / (1 + std::exp(values[0] - values[1]));
  return {1 - lesion, lesion};
}

}  // namespace flowrun::testing
