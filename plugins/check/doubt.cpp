#include "doubt.h"

#include <array>
#include <cstdio>

#include "flowrun/sdk/error.h"

namespace flowrun::check {

ParamSpec on_doubt() {
  ParamSpec spec{.name = "on_doubt", .type = ParamType::choice, .default_value = std::string("warn")};
  spec.help = "What a doubt does: a warning, or the end of the case";
  spec.choices = {"warn", "fail"};
  return spec;
}

void doubt(Context& context, const std::string& sentence) {
  if (context.params().text("on_doubt") == "fail") throw Error(sentence);
  context.warn(sentence);
}

std::string rounded(double value, int decimals) {
  std::array<char, 400> text{};  // the longest double has 309 digits before the point
  std::snprintf(text.data(), text.size(), "%.*f", decimals, value);
  return text.data();
}

void require_voxel_size(const Geometry& geometry, const std::string& name) {
  for (const double spacing : geometry.spacing)
    if (!(spacing > 0)) throw Error("'" + name + "' has a voxel size that is not above 0 mm; repair the image first");
}

}  // namespace flowrun::check
