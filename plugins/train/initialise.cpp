#include "initialise.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

#include "flowrun/sdk/error.h"
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

/// How many values of the input a value of the output is the sum of, and of how many sums a value of the input is a part.
struct Fan {
  double in = 1, out = 1;
};

Fan fan_of(const network::Parameter& parameter) {
  double field = 1;
  for (std::size_t axis = 2; axis < parameter.shape.size(); ++axis) field *= static_cast<double>(parameter.shape[axis]);
  const Fan fan{static_cast<double>(parameter.shape[1]) * field, static_cast<double>(parameter.shape[0]) * field};
  if (parameter.layer->kind != LayerKind::transposed_convolution) return fan;
  const auto& [x, y, z] = parameter.layer->stride;
  return {fan.out / static_cast<double>(x * y * z), fan.in};
}

void draw(float* first, std::int64_t count, const Fan& fan, const std::string& how, double sd, std::uint64_t of_stream) {
  const auto [in, out] = fan;
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
                       (parameter.layer->kind == LayerKind::convolution || parameter.layer->kind == LayerKind::dense ||
                        parameter.layer->kind == LayerKind::transposed_convolution);
    if (drawn) draw(first, weights.size(i), fan_of(parameter), how, sd, stream(seed, Purpose::weights, i));
    else if (parameter.role == Role::bias) std::fill(first, first + weights.size(i), 0.0f);
    else std::fill(first, first + weights.size(i), constant_for(parameter));
  }
}

void begin_with(Weights& weights, const std::vector<double>& probabilities, std::size_t classes) {
  const std::string given = "parameter 'initial_probabilities' has ";
  if (probabilities.size() != classes)
    throw Error(given + std::to_string(probabilities.size()) + " numbers, but parameter 'classes' has " +
                std::to_string(classes) + " names; give one number for each");
  for (const double probability : probabilities)
    if (!(probability > 0)) throw Error(given + std::to_string(probability) + " where a number above 0 is expected");
  const double sum = std::accumulate(probabilities.begin(), probabilities.end(), 0.0);
  if (!(std::abs(sum - 1) < 0.001)) throw Error(given + "numbers that add up to " + std::to_string(sum) + "; 1 is expected");
  const std::size_t place = weights.parameters().size() - 1;
  const network::Parameter& last = weights.parameters()[place];
  if (last.role != Role::bias || last.shape != std::vector<std::int64_t>{static_cast<std::int64_t>(classes)})
    throw Error(
        "parameter 'initial_probabilities' sets the biases of the network's last layer, but that has none; give it some, or "
        "leave the parameter out");
  float* bias = weights.values().data() + weights.offset(place);
  std::fill(bias - weights.size(place - 1), bias, 0.0f);
  for (const double probability : probabilities) *bias++ = static_cast<float>(std::log(probability));
}

}  // namespace flowrun::train
