#include "common/pickle/machine.h"

#include <array>

#include "flowrun/sdk/error.h"

namespace flowrun::pickle {
namespace {

[[noreturn]] void refuse_operation(unsigned char operation, std::size_t position, std::string_view file_kind) {
  constexpr const char* kDigits = "0123456789abcdef";
  const std::string hex = {kDigits[operation >> 4], kDigits[operation & 15]};
  throw Error("operation 0x" + hex + " at byte " + std::to_string(position) + " is none that " + std::string(file_kind) + " needs");
}

}  // namespace

std::string_view in_words(Kind kind) {
  constexpr std::array<std::string_view, 13> kWords = {
      "nothing", "true or false", "a number", "a text", "a list", "a tuple", "a dictionary", "a name", "a number",
      "a numpy.dtype", "an array", "a storage", "an object"};
  return kWords[static_cast<std::size_t>(kind)];
}

const Value& Machine::run() {
  for (std::size_t count = 0; count < rules_.most_operations; ++count) {
    const auto operation = static_cast<unsigned char>(unsigned_of(1));
    if (operation == '.') return *pop();
    if (!take_own(operation) && !take_number(operation) && !take_group(operation) && !take_memo(operation))
      refuse_operation(operation, position_ - 1, rules_.file_kind);
  }
  throw Error("it has more than " + std::to_string(rules_.most_operations) + " operations; " + std::string(rules_.file_kind) +
              " has a few hundred");
}

bool Machine::take_number(unsigned char operation) {
  if (operation == 'N') push(Kind::none);
  else if (operation == 0x88 || operation == 0x89) push(Kind::boolean, operation == 0x88);
  else if (operation == 'K') push(Kind::integer, static_cast<std::int64_t>(unsigned_of(1)));
  else if (operation == 'M') push(Kind::integer, static_cast<std::int64_t>(unsigned_of(2)));
  else if (operation == 'J') push(Kind::integer, signed_of(4));
  else if (operation == 0x8A) push(Kind::integer, signed_of(unsigned_of(1)));  // Python 2's long, in a shape
  else if (operation == 'X') push(Kind::text, 0, bytes_of(unsigned_of(4)));
  else return false;
  return true;
}

bool Machine::take_group(unsigned char operation) {
  const auto push_tuple = [this](const std::vector<Value*>& items) { put(push(Kind::tuple), items); };
  if (operation == '(') marks_.push_back(stack_.size());
  else if (operation == ']') push(Kind::list);
  else if (operation == '}') push(Kind::dict);
  else if (operation == ')') push_tuple({});
  else if (operation == 't') push_tuple(pop_to_mark());
  else if (operation >= 0x85 && operation <= 0x87) push_tuple(pop_some(operation - 0x84u));
  else if (operation == 'a') extend(Kind::list, pop_some(1));
  else if (operation == 'e') extend(Kind::list, pop_to_mark());
  else if (operation == 's') extend(Kind::dict, pop_some(2));
  else if (operation == 'u') extend(Kind::dict, pop_to_mark());
  else return false;
  return true;
}

bool Machine::take_memo(unsigned char operation) {
  if (operation == 'q' || operation == 'r') remember(unsigned_of(operation == 'q' ? 1 : 4));
  else if (operation == 'h' || operation == 'j') recall(unsigned_of(operation == 'h' ? 1 : 4));
  else return false;
  return true;
}

std::uint64_t Machine::unsigned_of(std::size_t bytes) {
  std::uint64_t number = 0;
  const std::string_view text = bytes_of(bytes);
  for (std::size_t i = 0; i < bytes; ++i) number |= std::uint64_t{static_cast<unsigned char>(text[i])} << (8 * i);
  return number;
}

std::int64_t Machine::signed_of(std::size_t bytes) {
  if (bytes > 8) throw Error("it contains a number of " + std::to_string(bytes) + " bytes; 8 are the most that is known");
  if (bytes == 0) return 0;
  const auto unused = static_cast<int>(64 - 8 * bytes);
  return static_cast<std::int64_t>(unsigned_of(bytes) << unused) >> unused;
}

std::string_view Machine::bytes_of(std::uint64_t count) {
  const std::size_t left = store_.file.size() - position_;
  if (count > left)
    throw Error("it is cut short or damaged: at byte " + std::to_string(position_) + " it needs " + std::to_string(count) +
                " more bytes, and there are " + std::to_string(left));
  const std::string_view bytes = store_.file.substr(position_, count);
  position_ += count;
  return bytes;
}

std::string_view Machine::line() {
  const std::size_t end = store_.file.find('\n', position_);
  if (end == std::string_view::npos)
    throw Error("it is cut short or damaged: the name at byte " + std::to_string(position_) + " has no end");
  const std::string_view text = bytes_of(end - position_);
  ++position_;
  return text;
}

Value& Machine::push(Value* value) {
  stack_.push_back(value);
  return *value;
}

std::vector<Value*> Machine::pop_some(std::size_t count) {
  const std::size_t floor = marks_.empty() ? 0 : marks_.back();
  if (stack_.size() - floor < count)
    throw Error("it is damaged: an operation before byte " + std::to_string(position_) + " needs more values than there are");
  std::vector<Value*> items(stack_.end() - static_cast<std::ptrdiff_t>(count), stack_.end());
  stack_.resize(stack_.size() - count);
  return items;
}

std::vector<Value*> Machine::pop_to_mark() {
  if (marks_.empty())
    throw Error("it is damaged: the group that ends at byte " + std::to_string(position_) + " has no beginning");
  std::vector<Value*> items = pop_some(stack_.size() - marks_.back());
  marks_.pop_back();
  return items;
}

Value& Machine::top() { return push(pop()); }

void Machine::put(Value& group, const std::vector<Value*>& items) {
  group.items.insert(group.items.end(), items.begin(), items.end());
}

void Machine::extend(Kind kind, const std::vector<Value*>& items) {
  Value& group = top();
  if (group.kind != kind)
    throw Error("it is damaged: at byte " + std::to_string(position_) + " it adds to " + std::string(in_words(group.kind)) +
                " as if it were " + std::string(in_words(kind)));
  if (kind == Kind::dict && items.size() % 2 != 0) throw Error("it is damaged: a dictionary has a key without a value");
  put(group, items);
}

void Machine::remember(std::uint64_t index) {
  if (rules_.memo_in_order && index > memo_.size())  // LibTorch would make room for all below
    throw Error("it is damaged: at byte " + std::to_string(position_) + " it leaves out places of its memo");
  memo_[index] = &top();
}

void Machine::recall(std::uint64_t index) {
  const auto found = memo_.find(index);
  if (found == memo_.end())
    throw Error("it is damaged: at byte " + std::to_string(position_) + " it refers to a value not yet read");
  push(found->second);
}

}  // namespace flowrun::pickle
