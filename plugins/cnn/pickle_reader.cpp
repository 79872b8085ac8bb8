#include "pickle_reader.h"

#include <utility>

#include "flowrun/sdk/error.h"
#include "pickle_objects.h"

namespace flowrun::cnn::pickle {
namespace {

// Bounds what the stack, the memo and all copies of lists can grow to. The published files need 250 operations.
constexpr int kMaxOperations = 10'000;
constexpr std::size_t kMaxLine = 256;

[[noreturn]] void refuse_opcode(unsigned char opcode, std::size_t position) {
  constexpr const char* kDigits = "0123456789abcdef";
  const std::string hex = {kDigits[opcode >> 4], kDigits[opcode & 15]};
  throw Error("operation 0x" + hex + " at byte " + std::to_string(position) + " is none that a file of weights needs");
}

}  // namespace

const Value& read(Store& store) { return Reader(store).run(); }

const Value& Reader::run() {
  for (int operation = 0; operation < kMaxOperations; ++operation) {
    const auto opcode = static_cast<unsigned char>(unsigned_of(1));
    if (opcode == '.') return *pop();
    const bool known = take_constant(opcode) || take_number(opcode) || take_text(opcode) || take_group(opcode) ||
                       take_memo(opcode) || take_object(opcode);
    if (!known) refuse_opcode(opcode, position_ - 1);
  }
  throw Error("it has more than " + std::to_string(kMaxOperations) + " operations; a file of weights has a few hundred");
}

bool Reader::take_constant(unsigned char opcode) {
  switch (opcode) {
    case 0x80:
      check_protocol();
      return true;
    case 'N':
      push(store_.add(Kind::none));
      return true;
    case 0x88:
      push(store_.add(Kind::boolean, 1));
      return true;
    case 0x89:
      push(store_.add(Kind::boolean, 0));
      return true;
    default:
      return false;
  }
}

bool Reader::take_number(unsigned char opcode) {
  switch (opcode) {
    case 'K':
      push(store_.add(Kind::integer, signed_of(1) & 0xFF));
      return true;
    case 'M':
      push(store_.add(Kind::integer, signed_of(2) & 0xFFFF));
      return true;
    case 'J':
      push(store_.add(Kind::integer, signed_of(4)));
      return true;
    case 0x8A:
      push(store_.add(Kind::integer, signed_of(unsigned_of(1))));
      return true;  // Python 2's long, in a shape
    default:
      return false;
  }
}

bool Reader::take_text(unsigned char opcode) {
  switch (opcode) {
    case 'U':
    case 'C':
      push(store_.add(Kind::text, 0, bytes_of(unsigned_of(1))));
      return true;
    case 'T':
    case 'X':
    case 'B':
      push(store_.add(Kind::text, 0, bytes_of(unsigned_of(4))));
      return true;
    default:
      return false;
  }
}

bool Reader::take_group(unsigned char opcode) {
  switch (opcode) {
    case '(':
      marks_.push_back(stack_.size());
      return true;
    case ']':
      push(store_.add(Kind::list));
      return true;
    case '}':
      push(store_.add(Kind::dict));
      return true;
    case ')':
      push_tuple({});
      return true;
    case 't':
      push_tuple(pop_to_mark());
      return true;
    case 0x85:
      push_tuple(pop_some(1));
      return true;
    case 0x86:
      push_tuple(pop_some(2));
      return true;
    case 0x87:
      push_tuple(pop_some(3));
      return true;
    case 'a':
      extend(Kind::list, pop_some(1));
      return true;
    case 'e':
      extend(Kind::list, pop_to_mark());
      return true;
    case 's':
      extend(Kind::dict, pop_some(2));
      return true;
    case 'u':
      extend(Kind::dict, pop_to_mark());
      return true;
    default:
      return false;
  }
}

bool Reader::take_memo(unsigned char opcode) {
  switch (opcode) {
    case 'q':
      remember(unsigned_of(1));
      return true;
    case 'r':
      remember(unsigned_of(4));
      return true;
    case 'h':
      recall(unsigned_of(1));
      return true;
    case 'j':
      recall(unsigned_of(4));
      return true;
    default:
      return false;
  }
}

bool Reader::take_object(unsigned char opcode) {
  if (opcode == 'c') {
    const std::string module = line();
    push(make_global(store_, module + "." + line()));
  } else if (opcode == 'R') {
    const std::vector<Value*> parts = pop_some(2);
    push(call(store_, *parts[0], *parts[1]));
  } else if (opcode == 'b') {
    const Value* state = pop();
    Value* object = pop();
    build(store_, *object, *state);
    push(object);
  } else {
    return false;
  }
  return true;
}

std::uint64_t Reader::unsigned_of(std::size_t bytes) {
  std::uint64_t number = 0;
  const std::string_view text = bytes_of(bytes);
  for (std::size_t i = 0; i < bytes; ++i) number |= std::uint64_t{static_cast<unsigned char>(text[i])} << (8 * i);
  return number;
}

std::int64_t Reader::signed_of(std::size_t bytes) {
  if (bytes > 8) throw Error("it holds a number of " + std::to_string(bytes) + " bytes; 8 are the most that is known");
  if (bytes == 0) return 0;
  const auto unused = static_cast<int>(64 - 8 * bytes);
  return static_cast<std::int64_t>(unsigned_of(bytes) << unused) >> unused;
}

std::string_view Reader::bytes_of(std::uint64_t count) {
  const std::size_t left = store_.file.size() - position_;
  if (count > left)
    throw Error("it is cut short or damaged: at byte " + std::to_string(position_) + " it needs " + std::to_string(count) +
                " more bytes, and there are " + std::to_string(left));
  const std::string_view bytes = std::string_view(store_.file).substr(position_, count);
  position_ += count;
  return bytes;
}

std::string Reader::line() {
  const std::size_t end = store_.file.find('\n', position_);
  if (end == std::string::npos || end - position_ > kMaxLine)
    throw Error("it is cut short or damaged: the name at byte " + std::to_string(position_) + " has no end");
  std::string text(bytes_of(end - position_));
  ++position_;
  for (char& c : text) {
    if (c < ' ' || c > '~') c = '?';  // a name goes into a message
  }
  return text;
}

void Reader::check_protocol() {
  const std::uint64_t protocol = unsigned_of(1);
  if (protocol != 2 && protocol != 3)
    throw Error("it is of pickle protocol " + std::to_string(protocol) +
                "; protocols 2 and 3 are read (in Python: " + "pickle.dump(weights, file, protocol=2))");
}

Value* Reader::pop() { return pop_some(1).front(); }

std::vector<Value*> Reader::pop_some(std::size_t count) {
  const std::size_t floor = marks_.empty() ? 0 : marks_.back();
  if (stack_.size() - floor < count)
    throw Error("it is damaged: an operation before byte " + std::to_string(position_) + " needs more values than there are");
  std::vector<Value*> items(stack_.end() - static_cast<std::ptrdiff_t>(count), stack_.end());
  stack_.resize(stack_.size() - count);
  return items;
}

std::vector<Value*> Reader::pop_to_mark() {
  if (marks_.empty())
    throw Error("it is damaged: the group that ends at byte " + std::to_string(position_) + " has no beginning");
  const std::size_t count = stack_.size() - marks_.back();
  std::vector<Value*> items = pop_some(count);
  marks_.pop_back();
  return items;
}

void Reader::push_tuple(std::vector<Value*> items) {
  Value* tuple = store_.add(Kind::tuple);
  tuple->items = std::move(items);
  push(tuple);
}

void Reader::extend(Kind kind, const std::vector<Value*>& items) {
  Value& group = top(kind);
  if (kind == Kind::dict && items.size() % 2 != 0) throw Error("it is damaged: a dictionary has a key without a value");
  group.items.insert(group.items.end(), items.begin(), items.end());
}

Value& Reader::top(Kind kind) {
  Value* value = pop();
  push(value);
  if (value->kind != kind)
    throw Error("it is damaged: at byte " + std::to_string(position_) + " it adds to " + std::string(in_words(value->kind)) +
                " as if it were " + std::string(in_words(kind)));
  return *value;
}

void Reader::remember(std::uint64_t index) {
  Value* value = pop();
  push(value);
  memo_[index] = value;
}

void Reader::recall(std::uint64_t index) {
  const auto found = memo_.find(index);
  if (found == memo_.end())
    throw Error("it is damaged: at byte " + std::to_string(position_) + " it refers to a value not yet read");
  push(found->second);
}

}  // namespace flowrun::cnn::pickle
