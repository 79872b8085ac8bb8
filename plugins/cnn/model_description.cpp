#include "model_description.h"

#include <nlohmann/json.hpp>

#include "flowrun/sdk/error.h"

namespace flowrun::cnn {
namespace {

using nlohmann::json;

constexpr std::int64_t kFormat = 1;

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
    if (!item.is_string()) refuse(path, "'" + std::string(key) + "' holds something that is not a name");
    found.push_back(item.get<std::string>());
  }
  return found;
}

std::array<std::int64_t, 3> patch_size(const json& object, const std::string& path) {
  const json& value = member(object, "size");
  if (value.is_null()) return {0, 0, 0};
  std::array<std::int64_t, 3> size{};
  if (!value.is_array() || value.size() != size.size()) refuse(path, "'size' is not a list of three numbers of voxels");
  for (std::size_t axis = 0; axis < size.size(); ++axis) {
    if (!value[axis].is_number_integer() || value[axis].get<std::int64_t>() < 1)
      refuse(path, "'size' holds something that is not a whole number above 0");
    size[axis] = value[axis].get<std::int64_t>();
  }
  return size;
}

void check_format(const json& description, const std::string& path) {
  const json& format = member(description, "format");
  if (!format.is_number_integer()) refuse(path, "it does not say its 'format' (a whole number)");
  if (format.get<std::int64_t>() != kFormat)
    refuse(path, "it is of format " + format.dump() + ", but this version reads format " + std::to_string(kFormat) +
                     "; use a newer version of flowrun, or make the model again");
}

}  // namespace

ModelDescription parse_description(const std::string& text, const std::string& path) {
  if (text.empty()) return {};
  const json description = json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!description.is_object()) refuse(path, "it is not a JSON object");
  check_format(description, path);
  const json input = section(description, "input", path);
  const json output = section(description, "output", path);
  const json& network = member(description, "network");
  return {network.is_string() ? network.get<std::string>() : "", names(input, "channels", path), patch_size(input, path),
          names(output, "classes", path)};
}

std::string to_text(const ModelDescription& description) {
  const json text = {{"format", kFormat},
                     {"network", description.network},
                     {"input", {{"channels", description.channels}, {"size", description.size}}},
                     {"output", {{"classes", description.classes}}}};
  return text.dump(2);
}

}  // namespace flowrun::cnn
