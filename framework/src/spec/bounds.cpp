#include <cmath>

#include "flowrun/host/graph_spec.h"

namespace flowrun {
namespace {

std::string figure(double value) {
  std::string text = std::to_string(value);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

}  // namespace

bool Bounds::contain(double value) const {
  return !std::isnan(value) && !(above && value <= *above) && !(at_least && value < *at_least) && !(below && value >= *below) &&
         !(at_most && value > *at_most);
}

std::string Bounds::text() const {
  std::string text;
  const auto add = [&](const char* word, const std::optional<double>& limit) {
    if (limit) text += (text.empty() ? "" : " and ") + std::string(word) + figure(*limit);
  };
  add("above ", above);
  add("at least ", at_least);
  add("below ", below);
  add("at most ", at_most);
  return text;
}

}  // namespace flowrun
