// One object of a network's text, with its place for messages.
#pragma once

#include <algorithm>
#include <cctype>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "common/network/network.h"
#include "flowrun/sdk/error.h"

namespace flowrun::network {

using nlohmann::json;

inline constexpr std::int64_t kMostVoxels = 4096;  ///< of a kernel or a patch along an axis

/// "'type', 'name'"; every object may have a name.
inline std::string listed(std::initializer_list<const char*> keys) {
  std::string text;
  for (const char* key : keys) text += (text.empty() ? "'" : ", '") + std::string(key) + "'";
  return text.find("'name'") == std::string::npos ? text + ", 'name'" : text;
}

/// One object of the text, with its place for messages.
class ObjectReader {
 public:
  ObjectReader(const json& object, std::string place) : object_(object), place_(std::move(place)) {
    if (!object.is_object()) refuse("is " + std::string(object.type_name()) + " where an object is expected");
  }

  [[noreturn]] void refuse(const std::string& reason) const { throw Error(place_ + " " + reason); }
  const std::string& place() const { return place_; }
  void name_place(const std::string& kind) { place_ += " (" + kind + ")"; }

  bool has(const char* key) const { return object_.contains(key); }
  const json& at(const char* key) const {
    if (!has(key)) refuse("has no '" + std::string(key) + "'");
    return object_.at(key);
  }

  void allow(std::initializer_list<const char*> keys) const {
    for (const auto& item : object_.items()) {
      const std::string& key = item.key();
      const bool known = key == "name" || std::any_of(keys.begin(), keys.end(), [&](const char* k) { return key == k; });
      if (!known && !key.starts_with("x-")) refuse("has a key '" + key + "'; known are " + listed(keys));
    }
  }

  std::string text(const char* key) const {
    const json& value = at(key);
    if (!value.is_string()) refuse("has '" + std::string(key) + "' " + value.dump() + " where a text is expected");
    return value.get<std::string>();
  }

  /// One text or a list of them.
  std::vector<std::string> texts(const char* key) const {
    const json& value = at(key);
    std::vector<std::string> texts;
    for (const json& one : value.is_array() ? value : json::array({value})) {
      if (!one.is_string()) refuse("has '" + std::string(key) + "' " + value.dump() + " where names are expected");
      texts.push_back(one.get<std::string>());
    }
    return texts;
  }

  std::int64_t whole(const char* key, const json& value, std::int64_t least, std::int64_t most) const {
    const bool fits = value.is_number_integer() && value.get<double>() >= static_cast<double>(least) &&
                      value.get<double>() <= static_cast<double>(most);
    if (!fits)
      refuse("has '" + std::string(key) + "' " + value.dump() + " where a whole number from " + std::to_string(least) + " to " +
             std::to_string(most) + " is expected");
    return value.get<std::int64_t>();
  }
  std::int64_t whole(const char* key, std::int64_t least, std::int64_t most) const { return whole(key, at(key), least, most); }

  double number(const char* key, double fallback, double least, double below) const {
    if (!has(key)) return fallback;
    const json& value = at(key);
    if (!value.is_number() || !(value.get<double>() >= least && value.get<double>() < below))
      refuse("has '" + std::string(key) + "' " + value.dump() + " where a number from " + json(least).dump() + " to less than " +
             json(below).dump() + " is expected");
    return value.get<double>();
  }

  /// One number for all axes, three, or two and `flat` along z.
  Size3 size(const char* key, std::int64_t least, std::int64_t flat) const {
    const json& value = at(key);
    if (!value.is_array()) {
      const std::int64_t all = whole(key, value, least, kMostVoxels);
      return {all, all, all};
    }
    if (value.size() != 3 && value.size() != 2)
      refuse("has '" + std::string(key) + "' with " + std::to_string(value.size()) +
             " numbers; give one for all axes, three along x, y, z, or two for a flat one");
    Size3 size{flat, flat, flat};
    for (std::size_t axis = 0; axis < value.size(); ++axis) size[axis] = whole(key, value[axis], least, kMostVoxels);
    return size;
  }
  Size3 size_or(const char* key, std::int64_t least, std::int64_t flat, const Size3& fallback) const {
    return has(key) ? size(key, least, flat) : fallback;
  }

  /// A parameter's name: given, or <prefix>.<what>; empty where the text says false.
  std::string parameter(const char* key, const std::string& prefix, bool may_be_missing) const {
    if (!has(key)) return prefix + "." + key;
    if (may_be_missing && at(key) == json(false)) return "";
    const std::string name = text(key);
    const auto plain = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '.'; };
    const bool dots = name.starts_with('.') || name.ends_with('.') || name.find("..") != std::string::npos;
    if (name.empty() || dots || !std::all_of(name.begin(), name.end(), plain))
      refuse("has '" + std::string(key) + "' \"" + name +
             "\", which no parameter can be named; letters, digits, _ and dots between");
    return name;
  }

 private:
  const json& object_;
  std::string place_;
};

}  // namespace flowrun::network
