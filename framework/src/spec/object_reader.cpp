#include "spec/object_reader.h"

#include <algorithm>
#include <cctype>
#include <climits>

namespace flowrun::spec {

std::string found_words(const json::Value& value) {
  if (value.is(json::Kind::array) || value.is(json::Kind::object)) return std::string(json::to_string(value.kind()));
  constexpr std::size_t kLongest = 60;
  const std::string text = json::write_line(value);
  return text.size() <= kLongest ? text : "a long text";
}

ObjectReader::ObjectReader(Source& source, const json::Value& value, std::string what)
    : source_(source), value_(value), what_(std::move(what)) {
  if (!value.is(json::Kind::object)) error(source_.place(value), "expected an object { }, found " + found_words(value));
}

void ObjectReader::error(SourceLocation place, const std::string& sentence) {
  source_.faults.error(std::move(place), what_.empty() ? sentence : what_ + ": " + sentence);
}

const json::Value* ObjectReader::find(const char* name) {
  known_.emplace_back(name);
  return value_.find(name);
}

const json::Value* ObjectReader::find(const char* name, json::Kind kind, std::string_view expected) {
  const json::Value* value = find(name);
  if (!value || value->is(kind)) return value;
  error(source_.place(*value), "'" + std::string(name) + "' takes " + std::string(expected) + ", found " + found_words(*value));
  return nullptr;
}

std::optional<std::string> ObjectReader::text(const char* name) {
  const json::Value* value = find(name, json::Kind::string, "text");
  return value ? std::optional(value->text()) : std::nullopt;
}

std::optional<bool> ObjectReader::flag(const char* name) {
  const json::Value* value = find(name, json::Kind::boolean, "true or false");
  return value ? std::optional(value->boolean()) : std::nullopt;
}

std::optional<double> ObjectReader::number(const char* name) {
  const json::Value* whole = value_.find(name);
  const bool is_whole = whole && whole->is(json::Kind::integer);
  const json::Value* value = find(name, is_whole ? json::Kind::integer : json::Kind::number, "a number");
  return value ? std::optional(value->number()) : std::nullopt;
}

std::optional<int> ObjectReader::count(const char* name, int least) {
  const std::string expected = "a whole number of at least " + std::to_string(least);
  const json::Value* value = find(name, json::Kind::integer, expected);
  if (!value) return std::nullopt;
  if (value->integer() >= least && value->integer() <= INT_MAX) return static_cast<int>(value->integer());
  error(source_.place(*value), "'" + std::string(name) + "' takes " + expected + ", found " + found_words(*value));
  return std::nullopt;
}

std::vector<std::string> ObjectReader::texts(const char* name) {
  std::vector<std::string> texts;
  const json::Value* list = find(name, json::Kind::array, "a list of texts");
  if (!list) return texts;
  for (const json::Value& item : list->items()) {
    if (item.is(json::Kind::string)) texts.push_back(item.text());
    else error(source_.place(item), "'" + std::string(name) + "' takes a list of texts, found " + found_words(item) + " in it");
  }
  return texts;
}

const json::Value::Object& ObjectReader::members(const char* name) {
  static const json::Value::Object kNone;
  const json::Value* value = find(name, json::Kind::object, "an object { }");
  return value ? value->members() : kNone;
}

void ObjectReader::finish() {
  for (const json::Member& member : value_.members()) {
    if (member.name.rfind("x-", 0) == 0) continue;
    if (std::find(known_.begin(), known_.end(), member.name) != known_.end()) continue;
    error(source_.place(member), "'" + member.name + "' has no meaning here" + did_you_mean(member.name, known_));
  }
}

bool is_name(const std::string& text, bool dashes) {
  const auto fits = [&](char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || (dashes && c == '-'); };
  if (text.empty() || std::isdigit(static_cast<unsigned char>(text.front())) || text.front() == '-') return false;
  return std::all_of(text.begin(), text.end(), fits);
}

}  // namespace flowrun::spec
