#include "initialise.h"

#include <cmath>
#include <numbers>

#include "random_order.h"

namespace flowrun::train {
namespace {

using network::LayerKind;
using Role = network::Parameter::Role;

/// A standard normal number for each place (Box and Muller's transform of two uniform ones).
double normal_at(std::uint64_t of_stream, std::uint64_t place) {
  const double first = 1 - static_cast<double>(bits_at(of_stream, 2 * place) >> 11) * 0x1p-53;  // in (0, 1]
  const double second = static_cast<double>(bits_at(of_stream, 2 * place + 1) >> 11) * 0x1p-53;
  return std::sqrt(-2 * std::log(first)) * std::cos(2 * std::numbers::pi * second);
}

double uniform_53_at(std::uint64_t of_stream, std::uint64_t place) {
  return static_cast<double>(bits_at(of_stream, place) >> 11) * 0x1p-53;
}

void draw(float* first, std::int64_t count, const std::vector<std::int64_t>& shape, const std::string& how, double sd,
          std::uint64_t of_stream) {
  double field = 1;
  for (std::size_t axis = 2; axis < shape.size(); ++axis) field *= static_cast<double>(shape[axis]);
  const double in = static_cast<double>(shape[1]) * field, out = static_cast<double>(shape[0]) * field;
  if (how.starts_with("glorot")) sd = std::sqrt(2 / (in + out));
  if (how.starts_with("he")) sd = std::sqrt(2 / in);
  const bool uniform = how.ends_with("_uniform");
  for (std::int64_t i = 0; i < count; ++i) {
    const auto place = static_cast<std::uint64_t>(i);
    const double number = uniform ? std::sqrt(3.0) * (2 * uniform_53_at(of_stream, place) - 1) : normal_at(of_stream, place);
    first[i] = static_cast<float>(sd * number);
  }
}

float constant_for(const network::Parameter& parameter) {
  if (parameter.layer->kind == LayerKind::activation) return static_cast<float>(parameter.layer->slope);
  return parameter.role == Role::weight || parameter.role == Role::variance ? 1.0f : 0.0f;
}

}  // namespace

void initialise(Weights& weights, const std::string& how, double sd, std::uint64_t seed) {
  for (std::size_t i = 0; i < weights.parameters().size(); ++i) {
    const network::Parameter& parameter = weights.parameters()[i];
    float* first = weights.values().data() + weights.offset(i);
    const bool drawn = parameter.role == Role::weight &&
                       (parameter.layer->kind == LayerKind::convolution || parameter.layer->kind == LayerKind::dense);
    if (drawn) draw(first, weights.size(i), parameter.shape, how, sd, stream(seed, Purpose::weights, i));
    else if (parameter.role == Role::bias) std::fill(first, first + weights.size(i), 0.0f);
    else std::fill(first, first + weights.size(i), constant_for(parameter));
  }
}

}  // namespace flowrun::train
