#include "spaces.h"

#include "flowrun/sdk/error.h"

namespace flowrun::registration {
namespace {

bool differ(const std::string& a, const std::string& b) { return !a.empty() && !b.empty() && a != b; }

std::string name_of(const Transform& transform) {
  return transform.source.empty() ? "the transform" : "the transform of '" + transform.source + "'";
}

}  // namespace

Transform chained(const std::vector<const Transform*>& transforms) {
  if (transforms.empty()) return {};
  Transform whole = *transforms.front();
  for (std::size_t i = 1; i < transforms.size(); ++i) whole = composed(whole, *transforms[i]);
  return whole;
}

void require_spaces(const Transform& whole, bool given, const std::string& from, const std::string& from_name,
                    const std::string& to, const std::string& to_name) {
  if (!given && differ(from, to))
    throw Error("'" + to_name + "' is in space '" + to + "' and '" + from_name + "' in space '" + from +
                "'; connect the transform from '" + from + "' to '" + to + "' to 'transforms'");
  const std::string turn = "; check the order of the transforms, or invert them with registration.invert";
  if (differ(whole.from, from))
    throw Error(name_of(whole) + " starts from space '" + whole.from + "', but '" + from_name + "' is in space '" + from + "'" +
                turn);
  if (differ(whole.to, to))
    throw Error(name_of(whole) + " ends in space '" + whole.to + "', but '" + to_name + "' is in space '" + to + "'" + turn);
}

}  // namespace flowrun::registration
