#include <algorithm>

#include "json/written.h"

namespace flowrun::json {
namespace {

std::size_t width_of(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

bool is_object(const Written& value) { return value.kind == Written::Kind::object; }

/// Adds the value on one line; false when it needs more than `room` characters or must be broken. The text is then of no use.
bool add_line(const Written& value, std::size_t& room, std::string& text) {
  const auto add = [&](const std::string& piece) {
    const std::size_t width = width_of(piece);
    if (width > room) return false;
    room -= width;
    text += piece;
    return true;
  };
  if (value.kind == Written::Kind::plain) return add(value.text);
  if (value.items.empty()) return add(is_object(value) ? "{}" : "[]");
  if (value.shape == Shape::lines || !add(is_object(value) ? "{ " : "[")) return false;
  for (const WrittenItem& item : value.items) {
    if (&item != &value.items.front() && !add(", ")) return false;
    if (!item.name.empty() && !add(item.name + ": ")) return false;
    if (!add_line(item.value, room, text)) return false;
  }
  return add(is_object(value) ? " }" : "]");
}

class Writer {
 public:
  std::string text;

  void add(const Written& value, std::size_t level) {
    std::size_t room = room_left(1);  // a comma may follow
    std::string line;
    if (add_line(value, room, line)) append(line);
    else if (value.kind == Written::Kind::plain) append(value.text);
    else add_broken(value, level);
  }

 private:
  void append(const std::string& piece) {
    text += piece;
    column_ += width_of(piece);
  }

  std::size_t room_left(std::size_t kept) const { return column_ + kept < kLineWidth ? kLineWidth - column_ - kept : 0; }

  void new_line(std::size_t level) {
    text += '\n' + std::string(level * 2, ' ');
    column_ = level * 2;
  }

  /// Whether an item of a filled list continues the line of the one before.
  bool goes_on(const Written& list, const WrittenItem& item) const {
    if (list.shape != Shape::filled || &item == &list.items.front() || item.is_named("help") || (&item - 1)->is_named("help"))
      return false;
    std::size_t room = room_left(2);  // a space before, a comma behind
    std::string line;
    const std::size_t name = item.name.empty() ? 0 : width_of(item.name) + 2;
    if (name > room) return false;
    room -= name;
    return add_line(item.value, room, line);
  }

  void add_broken(const Written& value, std::size_t level) {
    append(is_object(value) ? "{" : "[");
    for (const WrittenItem& item : value.items) {
      if (&item != &value.items.front()) append(",");
      if (goes_on(value, item)) append(" ");
      else new_line(level + 1);
      if (!item.name.empty()) append(item.name + ": ");
      add(item.value, level + 1);
    }
    new_line(level);
    append(is_object(value) ? "}" : "]");
  }

  std::size_t column_ = 0;
};

}  // namespace

std::string lay_out(const Written& tree) {
  Writer writer;
  writer.add(tree, 0);
  return std::move(writer.text) + "\n";
}

}  // namespace flowrun::json
