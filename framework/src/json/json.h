// JSON text to and from a tree of values that know where they stood in the text.
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "flowrun/host/diagnostic.h"

namespace flowrun::json {

enum class Kind { null, boolean, integer, number, string, array, object };
std::string_view to_string(Kind kind);  ///< "an integer", "text", "a list", "an object", for messages

struct Member;

/// One value of a JSON text, or one made by code: `Value::object().set("name", "a").set("sizes", std::vector<int>{1, 2})`.
class Value {
 public:
  using Array = std::vector<Value>;
  using Object = std::vector<Member>;

  Value();
  Value(bool held);
  template <std::integral T>
  requires(!std::same_as<T, bool>) Value(T held);
  Value(double held);
  Value(const char* held);
  Value(std::string_view held);
  Value(std::string held);
  Value(Array items);
  template <class T>
  requires(!std::same_as<T, Value> && !std::same_as<T, Member>) Value(const std::vector<T>& items);
  static Value array();
  static Value object();

  Kind kind() const { return static_cast<Kind>(held_.index()); }
  bool is(Kind kind) const { return this->kind() == kind; }

  // The content, where the kind is right; else false, 0, "" or no items.
  bool boolean() const;
  std::int64_t integer() const;
  double number() const;  ///< of an integer too
  const std::string& text() const;
  const Array& items() const;
  const Object& members() const;  ///< in the text's order
  /// The member of that name, or null (also when this is no object).
  const Value* find(std::string_view name) const;

  Value& push(Value item);                    ///< makes a null an array; returns *this
  Value& set(std::string name, Value value);  ///< adds or replaces a member; makes a null an object; returns *this
  // The content to add to, without looking for a member of the same name; another kind is replaced by an empty one.
  Array& own_items();
  Object& own_members();

  int line = 0;    ///< of its first character, from 1; 0: made by code
  int column = 0;  ///< in characters, from 1

 private:
  std::variant<std::monostate, bool, std::int64_t, double, std::string, Array, Object> held_;
};

struct Member {
  std::string name;
  Value value;
  int line = 0;  ///< of the name
  int column = 0;
};

// Down here, where Member is whole, as clang wants it.
inline Value::Value() = default;
inline Value::Value(bool held) : held_(held) {}
template <std::integral T>
requires(!std::same_as<T, bool>) Value::Value(T held) : held_(static_cast<std::int64_t>(held)) {}
inline Value::Value(double held) : held_(held) {}
inline Value::Value(const char* held) : held_(std::string(held)) {}
inline Value::Value(std::string_view held) : held_(std::string(held)) {}
inline Value::Value(std::string held) : held_(std::move(held)) {}
inline Value::Value(Array items) : held_(std::move(items)) {}
template <class T>
requires(!std::same_as<T, Value> && !std::same_as<T, Member>) Value::Value(const std::vector<T>& items)
    : held_(Array(items.begin(), items.end())) {}
inline Value Value::array() { return Value(Array{}); }

inline constexpr std::size_t kLargestText = std::size_t{16} << 20;
inline constexpr int kDeepest = 64;

/// Reads a text that may come from anybody. Faults (place in `file`, one sentence each): bad syntax, text that is not UTF-8,
/// duplicate names, numbers out of range, more than kDeepest levels, more than `largest` bytes. Nothing when the syntax is
/// broken; duplicates and bad numbers leave the rest readable, so ask the faults too.
std::optional<Value> parse(const std::string& text, const std::string& file, Diagnostics& faults,
                           std::size_t largest = kLargestText);

/// Text of a value, the same for the same value always: members in their order, two spaces a level and a newline at the end, or
/// all in one line. Bytes that are not UTF-8 become U+FFFD; numbers that are not finite become null.
std::string write(const Value& value);
std::string write_line(const Value& value);

}  // namespace flowrun::json
