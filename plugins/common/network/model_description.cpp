#include "common/network/model_description.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "common/grid/axes.h"
#include "flowrun/sdk/error.h"

namespace flowrun::network {
namespace {

using nlohmann::json;

constexpr std::int64_t kFormat = 1;
constexpr int kDeepest = 64;
constexpr std::int64_t kMostVoxels = 1 << 14;  // along an axis
constexpr std::size_t kMostViews = 64;
constexpr double kLeastSpacing = 1e-6, kMostSpacing = 1e6;  // mm

[[noreturn]] void refuse(const std::string& path, const std::string& reason) {
  throw Error("the description inside the model '" + path + "' (flowrun.json) cannot be used: " + reason);
}

const json& member(const json& object, const char* key) {
  static const json kNone;
  const auto found = object.find(key);
  return found == object.end() ? kNone : *found;
}

json section(const json& description, const char* key, const std::string& path) {
  const json& value = member(description, key);
  if (value.is_null()) return json::object();
  if (!value.is_object()) refuse(path, "'" + std::string(key) + "' is not an object");
  return value;
}

std::vector<std::string> names(const json& object, const char* key, const std::string& path) {
  const json& value = member(object, key);
  std::vector<std::string> found;
  if (value.is_null()) return found;
  if (!value.is_array()) refuse(path, "'" + std::string(key) + "' is not a list of names");
  for (const json& item : value) {
    if (!item.is_string()) refuse(path, "'" + std::string(key) + "' contains something that is not a name");
    found.push_back(item.get<std::string>());
  }
  return found;
}

Size3 size_of(const json& value, const char* key, const std::string& path) {
  Size3 size{};
  if (!value.is_array() || value.size() != size.size())
    refuse(path, "'" + std::string(key) + "' is not a list of three numbers of voxels");
  for (std::size_t axis = 0; axis < size.size(); ++axis) {
    if (!value[axis].is_number_integer() || value[axis].get<std::int64_t>() < 1 || value[axis].get<std::int64_t>() > kMostVoxels)
      refuse(path, "'" + std::string(key) + "' contains something that is not a whole number above 0 (at most " +
                       std::to_string(kMostVoxels) + ")");
    size[axis] = value[axis].get<std::int64_t>();
  }
  return size;
}

Size3 patch_size(const json& object, const std::string& path) {
  const json& value = member(object, "size");
  return value.is_null() ? Size3{0, 0, 0} : size_of(value, "size", path);
}

std::vector<Size3> view_sizes(const json& object, const std::string& path) {
  const json& value = member(object, "views");
  std::vector<Size3> sizes;
  if (value.is_null()) return sizes;
  if (!value.is_array() || value.size() < 2 || value.size() > kMostViews)
    refuse(path, "'views' is not a list of 2 to " + std::to_string(kMostViews) + " sizes");
  for (const json& one : value) sizes.push_back(size_of(one, "views", path));
  return sizes;
}

std::string axes_in(const json& object, const std::string& path) {
  const json& value = member(object, "axes");
  if (value.is_null()) return "";
  if (!value.is_string() || !grid::axes_from(value.get<std::string>()))
    refuse(path, "'axes' is not three letters for the sides that x, y and z run towards, such as \"LAS\"");
  return value.get<std::string>();
}

double spacing_of(const json& value, const std::string& path) {
  const double number = value.is_number() ? value.get<double>() : 0;
  if (number >= kLeastSpacing && number <= kMostSpacing) return number;
  refuse(
      path,
      "'spacing' contains something that is neither a number of mm from 1e-6 to 1e6 nor a list of the smallest and the largest");
}

SpacingRange spacing_in(const json& object, const std::string& path) {
  const json& value = member(object, "spacing");
  SpacingRange range;
  if (value.is_null()) return range;
  if (!value.is_array() || value.size() != 3)
    refuse(path, "'spacing' is not a list of three sizes of a voxel in mm, along x, y and z");
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const bool several = value[axis].is_array() && value[axis].size() == 2;
    range.least[axis] = spacing_of(several ? value[axis][0] : value[axis], path);
    range.most[axis] = several ? spacing_of(value[axis][1], path) : range.least[axis];
    if (range.most[axis] < range.least[axis]) refuse(path, "'spacing' has a largest size that is below the smallest one");
  }
  return range;
}

/// A size for each axis, or the smallest and the largest; without the digits that float32 adds.
json spacing_text(const SpacingRange& range) {
  const auto rounded = [](double mm) { return std::round(mm * 1e5) / 1e5; };
  json text = json::array();
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const double least = std::max(rounded(range.least[axis]), kLeastSpacing), most = std::max(rounded(range.most[axis]), least);
    text.push_back(least == most ? json(least) : json{least, most});
  }
  return text;
}

void check_format(const json& description, const std::string& path) {
  const json& format = member(description, "format");
  if (!format.is_number_integer()) refuse(path, "it does not say its 'format' (a whole number)");
  if (format.get<std::int64_t>() != kFormat)
    refuse(path, "it is of format " + format.dump() + ", but this version reads format " + std::to_string(kFormat) +
                     "; use a newer version of flowrun, or make the model again");
}

std::string place_in(const std::string& path) { return "the network described inside the model '" + path + "' (flowrun.json)"; }

void read_network(const json& value, const std::string& path, ModelDescription& description) {
  if (value.is_null()) return;
  if (value.is_string()) {
    description.network = value.get<std::string>();
    return;
  }
  if (!value.is_object()) refuse(path, "'network' is neither a few words nor an object with the layers");
  description.structure = parse_network(value.dump(), place_in(path));
  description.network = description.structure->name;
}

/// The layers must take the input that the description promises and give as many scores as it has names for.
void check_structure(ModelDescription& description, const std::string& path) {
  if (!description.structure) return;
  const std::vector<Size3> views = description.structure->views();
  if (!description.views.empty() && description.views != views)
    refuse(path, "its views are " + in_words(description.views) + ", but its layers are for " +
                     (views.empty() ? "one patch" : in_words(views)));
  description.views = views;
  if (!views.empty() && description.size[0] != 0) refuse(path, "it has a 'size', but its layers are for several views");
  if (description.channels.empty() || (description.size[0] == 0 && views.empty())) return;
  const auto channels = static_cast<std::int64_t>(description.channels.size());
  const Shapes shapes = infer_shapes(*description.structure, channels, description.size, place_in(path));
  const auto classes = static_cast<std::int64_t>(description.classes.size());
  if (classes > 0 && shapes.output.channels != classes)
    refuse(path,
           "its layers give " + in_words(shapes.output) + " for a patch, but it names " + std::to_string(classes) + " classes");
}

// Writing a value out takes stack for each level that it is nested.
json parse_shallow(const std::string& text, const std::string& path) {
  const auto watch = [&](int depth, json::parse_event_t, json&) {
    if (depth > kDeepest) refuse(path, "it is nested too deeply");
    return true;
  };
  return json::parse(text, watch, /*allow_exceptions=*/false);
}

}  // namespace

ModelDescription parse_description(const std::string& text, const std::string& path) {
  if (text.empty()) return {};
  const json value = parse_shallow(text, path);
  if (value.is_discarded()) refuse(path, "it is not JSON (which has no NaN and no infinity)");
  if (!value.is_object()) refuse(path, "it is not a JSON object");
  check_format(value, path);
  const json input = section(value, "input", path);
  const json output = section(value, "output", path);
  ModelDescription description;
  description.channels = names(input, "channels", path);
  description.size = patch_size(input, path);
  description.views = view_sizes(input, path);
  description.axes = axes_in(input, path);
  description.spacing = spacing_in(input, path);
  description.classes = names(output, "classes", path);
  read_network(member(value, "network"), path, description);
  check_structure(description, path);
  return description;
}

Looks ModelDescription::looks() const {
  std::vector<Size3> sizes = views;
  if (size[0] > 0) sizes.push_back(size);
  if (sizes.empty()) return structure ? looks_along(*structure) : kLooksAlongAll;
  Looks looks{};
  for (const Size3& one : sizes)
    for (std::size_t axis = 0; axis < looks.size(); ++axis) looks[axis] = looks[axis] || one[axis] > 1;
  return looks;
}

std::string to_text(const ModelDescription& description, const std::string& more) {
  json text = {{"format", kFormat},
               {"network", description.network},
               {"input", {{"channels", description.channels}}},
               {"output", {{"classes", description.classes}}}};
  if (description.size[0] > 0) text["input"]["size"] = description.size;
  if (!description.views.empty()) text["input"]["views"] = description.views;
  if (!description.axes.empty()) text["input"]["axes"] = description.axes;
  if (description.spacing.is_known()) text["input"]["spacing"] = spacing_text(description.spacing);
  if (description.structure) text["network"] = json::parse(to_text(*description.structure));
  if (!more.empty()) text.update(json::parse(more));
  return text.dump(2);
}

}  // namespace flowrun::network
