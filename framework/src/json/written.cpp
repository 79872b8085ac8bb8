#include "json/written.h"

#include "json/cursor.h"

namespace flowrun::json {
namespace {

class Reader {
 public:
  explicit Reader(const std::string& text) : text_(text), cursor_(text) {}

  Written value() {
    Written read;
    std::string token = next();
    if (token == "{" || token == "[") {
      read.kind = token == "{" ? Written::Kind::object : Written::Kind::array;
      while (!at_end_of_list()) {
        WrittenItem item;
        if (read.kind == Written::Kind::object) item.name = next();
        item.value = value();
        read.items.push_back(std::move(item));
      }
      next();
    } else {
      read.text = std::move(token);
    }
    return read;
  }

 private:
  bool at_end_of_list() {
    cursor_.to_token();
    return cursor_.offset() >= text_.size() || text_[cursor_.offset()] == '}' || text_[cursor_.offset()] == ']';
  }

  std::string next() {
    cursor_.to_token();
    const std::size_t begin = cursor_.offset();
    cursor_.over_token();
    return text_.substr(begin, cursor_.offset() - begin);
  }

  const std::string& text_;
  Cursor cursor_;
};

}  // namespace

Written* Written::find(std::string_view name) {
  for (WrittenItem& item : items)
    if (item.is_named(name)) return &item.value;
  return nullptr;
}

bool WrittenItem::is_named(std::string_view plain) const {
  return name.size() == plain.size() + 2 && std::string_view(name).substr(1, plain.size()) == plain;
}

Written read_written(const std::string& text) { return Reader(text).value(); }

}  // namespace flowrun::json
