#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace flowrun::cnn::pickle {

enum class Kind { none, boolean, integer, text, list, tuple, dict, global, dtype, array };

/// "a list", "an array", for messages.
std::string_view in_words(Kind kind);

/// One thing in a pickle. Texts and the data of arrays are views of the file or of Store::texts; nothing is owned here.
struct Value {
  Kind kind = Kind::none;
  std::int64_t number = 0;    ///< of a boolean or an integer; of an array 1 when its data are in Fortran order
  std::string_view text;      ///< of a text; of a global "module.name"; of a dtype "f4" or, once built, "<f4"; an array's data
  std::vector<Value*> items;  ///< of a list or tuple; of a dict key, value, key, value; of an array its shape, its dtype
};

/// Owns the values of one pickle, which refer to each other (in circles, when somebody wants to annoy).
struct Store {
  std::string file;  ///< the pickle's bytes; not to be changed once values view them
  std::deque<Value> values;
  std::deque<std::string> texts;
  std::size_t text_bytes = 0;

  Value* add(Kind kind, std::int64_t number = 0, std::string_view text = {}) {
    return &values.emplace_back(Value{kind, number, text, {}});
  }
};

}  // namespace flowrun::cnn::pickle
