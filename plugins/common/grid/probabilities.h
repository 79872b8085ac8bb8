// Scores that are taken for probabilities. Header only, standard library only.
#pragma once

#include <cstddef>
#include <cstdio>
#include <string>

namespace flowrun::grid {

/// Probabilities may leave 0 to 1 by this, as rounding does.
inline constexpr float kProbabilityTolerance = 1e-3f;

/// The range of the scores in words, "from -0.355 to 0.068", when one of them is no probability; else empty. NaN does not count.
template <class Values>
std::string range_beyond_probabilities(const Values& values) {
  float low = 0, high = 0;
  bool any = false;
  for (const float value : values) {
    if (value != value) continue;
    if (!any || value < low) low = value;
    if (!any || value > high) high = value;
    any = true;
  }
  if (!any || (low >= -kProbabilityTolerance && high <= 1 + kProbabilityTolerance)) return "";
  char text[64];
  std::snprintf(text, sizeof text, "from %.4g to %.4g", static_cast<double>(low), static_cast<double>(high));
  return text;
}

/// What to do about scores that are no probabilities: the end of a sentence about them. `node` is what has the parameter, such as
/// "this node" or "the cnn.stage that makes them".
inline std::string what_to_do_about_scores(const std::string& node) {
  return ", so they are no probabilities, which lie between 0 and 1, and a threshold or a product of them means something else; "
         "set "
         "parameter 'activation' of " +
         node +
         " to softmax (a network with one output for each class) or sigmoid (a single output). "
         "Where such scores are meant, nothing is wrong";
}

}  // namespace flowrun::grid
