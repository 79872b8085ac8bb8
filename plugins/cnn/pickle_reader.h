#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "pickle_value.h"

namespace flowrun::cnn::pickle {

/// Reads the bytes in `store.file`, a Python pickle of protocol 2 or 3 (https://docs.python.org/3/library/pickletools.html), as
/// plain data. The bytes are not trusted: only the operations and names that a dictionary of numpy arrays needs are known,
/// nothing is run, and time and memory are bounded by the file's size. Throws Error for everything else, in a sentence without
/// the file's name.
const Value& read(Store& store);

/// The machine behind read: a stack of values, a stack of marks and a memo.
class Reader {
 public:
  explicit Reader(Store& store) : store_(store) {}
  const Value& run();

 private:
  bool take_constant(unsigned char opcode);
  bool take_number(unsigned char opcode);
  bool take_text(unsigned char opcode);
  bool take_group(unsigned char opcode);
  bool take_memo(unsigned char opcode);
  bool take_object(unsigned char opcode);

  std::uint64_t unsigned_of(std::size_t bytes);
  std::int64_t signed_of(std::size_t bytes);
  std::string_view bytes_of(std::uint64_t count);
  std::string line();
  void check_protocol();

  void push(Value* value) { stack_.push_back(value); }
  Value* pop();
  Value& top(Kind kind);
  std::vector<Value*> pop_to_mark();
  std::vector<Value*> pop_some(std::size_t count);
  void push_tuple(std::vector<Value*> items);
  void extend(Kind kind, const std::vector<Value*>& items);
  void remember(std::uint64_t index);
  void recall(std::uint64_t index);

  Store& store_;
  std::size_t position_ = 0;
  std::vector<Value*> stack_;
  std::vector<std::size_t> marks_;
  std::map<std::uint64_t, Value*> memo_;
};

}  // namespace flowrun::cnn::pickle
