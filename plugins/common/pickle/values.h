#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace flowrun::pickle {

/// The last four are what some files make by calls: their readers say what is in them.
enum class Kind { none, boolean, integer, text, list, tuple, dict, global, real, dtype, array, storage, object };

/// "a list", "an array", for messages.
std::string_view in_words(Kind kind);

/// One thing in a pickle. Texts are views of the file or of Store::texts; nothing is owned here.
struct Value {
  Kind kind = Kind::none;
  std::int64_t number = 0;    ///< of a boolean or an integer
  std::string_view text;      ///< of a text; of a global as its reader wants it
  std::vector<Value*> items;  ///< of a list or tuple; of a dict key, value, key, value
  int depth = 0;              ///< of the values within, where the reader counts it
  bool is_inside = false;     ///< of another value, likewise
};

/// Owns the values of one pickle, which refer to each other (in circles, when somebody wants to annoy).
struct Store {
  std::string_view file;  ///< the pickle's bytes, which outlive this
  std::deque<Value> values;
  std::deque<std::string> texts;
  std::size_t text_bytes = 0;

  Value* add(Kind kind, std::int64_t number = 0, std::string_view text = {}) {
    return &values.emplace_back(Value{kind, number, text, {}});
  }
};

}  // namespace flowrun::pickle
