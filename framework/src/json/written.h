// A JSON text as it is spelled, to be laid out again without changing a value.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace flowrun::json {

struct WrittenItem;

/// How a list or an object that is too long for one line is broken.
enum class Shape {
  fits,    ///< each item on a line of its own
  filled,  ///< as many items in a line as fit; a member "help" stands alone
  lines,   ///< each item on a line of its own, also when it is short
};

/// A value with the spelling of its numbers and texts: 1e-4 stays 1e-4.
struct Written {
  enum class Kind { plain, array, object };
  Kind kind = Kind::plain;
  std::string text;                ///< of a plain value: as written, texts with their quotes
  std::vector<WrittenItem> items;  ///< of a list or an object, in order
  Shape shape = Shape::fits;

  /// The member of that name, or null.
  Written* find(std::string_view name);
};

struct WrittenItem {
  std::string name;  ///< with its quotes, as written; empty in a list
  Written value;

  bool is_named(std::string_view plain) const;
};

/// The tree of a text that parse() has accepted.
Written read_written(const std::string& text);

inline constexpr std::size_t kLineWidth = 130;

/// The text of a tree: two spaces a level, no line above kLineWidth characters but where a single value is longer, a newline at
/// the end. Laying out a second time changes nothing.
std::string lay_out(const Written& tree);

}  // namespace flowrun::json
