#include <nlohmann/json.hpp>
#include <unordered_set>

#include "json/cursor.h"
#include "json/json.h"
#include "json/syntax_error.h"

namespace flowrun::json {
namespace {

/// Builds the tree from the parser's events, which come in the order of the tokens.
class TreeBuilder : public nlohmann::json_sax<nlohmann::json> {
 public:
  TreeBuilder(const std::string& text, const std::string& file, Diagnostics& faults)
      : text_(text), file_(file), faults_(faults), cursor_(text) {}

  Value root;

  bool null() override { return add(Value()); }
  bool boolean(bool value) override { return add(Value(value)); }
  bool number_integer(number_integer_t value) override { return add(Value(value)); }
  bool number_unsigned(number_unsigned_t value) override {
    if (value <= static_cast<number_unsigned_t>(INT64_MAX)) return add(Value(static_cast<std::int64_t>(value)));
    return add_too_large(std::to_string(value));
  }
  bool number_float(number_float_t value, const string_t& written) override {
    if (written.find_first_of(".eE") == string_t::npos) return add_too_large(written);  // an integer that no 64 bits hold
    return add(Value(value));
  }
  bool string(string_t& value) override { return add(Value(std::move(value))); }
  bool binary(binary_t&) override { return false; }
  bool start_object(std::size_t) override { return open(Value::object()); }
  bool start_array(std::size_t) override { return open(Value::array()); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }

  bool key(string_t& name) override {
    const Cursor::Spot spot = cursor_.to_token();
    cursor_.over_token();
    if (!open_.back().names.insert(name).second)
      faults_.error({file_, spot.line, spot.column}, "the name '" + name + "' occurs twice in this object; keep one of the two");
    pending_ = {std::move(name), Value(), spot.line, spot.column};
    return true;
  }

  bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception& error) override {
    const SyntaxError found = explain_syntax_error(text_, cursor_, position, error.what());
    faults_.error({file_, found.spot.line, found.spot.column}, found.message);
    return false;
  }

 private:
  struct Level {
    Value* value = nullptr;  // stays where it is: its parent gets no other member before it is closed
    std::unordered_set<std::string> names;
  };

  Value* place(Value value) {
    const Cursor::Spot spot = cursor_.to_token();
    cursor_.over_token();
    value.line = spot.line;
    value.column = spot.column;
    if (open_.empty()) return &(root = std::move(value));
    Value& parent = *open_.back().value;
    if (parent.is(Kind::array)) {
      parent.push(std::move(value));
      return &parent.own_items().back();
    }
    pending_.value = std::move(value);
    parent.own_members().push_back(std::move(pending_));
    return &parent.own_members().back().value;
  }

  bool add(Value value) {
    place(std::move(value));
    return true;
  }

  bool add_too_large(const std::string& written) {
    const Value* value = place(Value());
    faults_.error({file_, value->line, value->column}, "the integer " + written + " is too large; expected at most 64 bits");
    return true;
  }

  bool open(Value value) {
    Value* placed = place(std::move(value));
    open_.push_back({placed, {}});
    if (open_.size() <= static_cast<std::size_t>(kDeepest)) return true;
    faults_.error({file_, placed->line, placed->column},
                  "lists and objects are nested deeper than " + std::to_string(kDeepest) + " levels, which is not accepted");
    return false;
  }

  bool close() {
    cursor_.to_token();
    cursor_.over_token();
    open_.pop_back();
    return true;
  }

  const std::string& text_;
  const std::string& file_;
  Diagnostics& faults_;
  Cursor cursor_;
  std::vector<Level> open_;
  Member pending_;
};

std::string megabytes(std::size_t bytes) { return std::to_string((bytes + (1u << 20) - 1) >> 20) + " MiB"; }

}  // namespace

std::optional<Value> parse(const std::string& text, const std::string& file, Diagnostics& faults, std::size_t largest) {
  if (text.size() > largest) {
    faults.error({file, 0, 0}, "the file contains " + megabytes(text.size()) + "; at most " + megabytes(largest) + " are read");
    return std::nullopt;
  }
  // The parser takes a zero byte for the end and would leave the rest unread.
  if (const std::size_t zero = text.find('\0'); zero != std::string::npos) {
    const Cursor::Spot spot = Cursor(text).to_offset(zero);
    faults.error({file, spot.line, spot.column}, "the file contains a zero byte, so it is not a JSON text");
    return std::nullopt;
  }
  TreeBuilder builder(text, file, faults);
  if (!nlohmann::json::sax_parse(text, &builder)) return std::nullopt;
  return std::move(builder.root);
}

}  // namespace flowrun::json
