#pragma once

#include <limits>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "common/pickle/values.h"

namespace flowrun::pickle {

/// Reads a Python pickle (https://docs.python.org/3/library/pickletools.html) as plain data: a stack of values, a stack of marks
/// and a memo. The bytes are not trusted: nothing is run, and time and memory are bounded by the file's size. What all files
/// have in common is here: none, booleans, integers, texts, lists, tuples, dictionaries, the memo. Names, calls and all else are
/// the reader's that derives from this. Throws Error for what neither knows, in a sentence without the file's name.
class Machine {
 public:
  struct Rules {
    std::string_view file_kind;  ///< "a file of weights", for messages
    std::size_t most_operations = std::numeric_limits<std::size_t>::max();
    bool memo_in_order = false;  ///< places of the memo are taken one after the other
  };
  virtual ~Machine() = default;
  const Value& run();

 protected:
  Machine(Store& store, const Rules& rules) : store_(store), rules_(rules) {}

  /// An operation of the reader's own, before those of this class. False: none of its own.
  virtual bool take_own(unsigned char operation) = 0;
  /// Puts values into a list, tuple or dict.
  virtual void put(Value& group, const std::vector<Value*>& items);

  std::uint64_t unsigned_of(std::size_t bytes);
  std::int64_t signed_of(std::size_t bytes);  ///< of up to 8 bytes
  std::string_view bytes_of(std::uint64_t count);
  std::string_view line();  ///< without its end

  Value& push(Value* value);
  Value& push(Kind kind, std::int64_t number = 0, std::string_view text = {}) { return push(store_.add(kind, number, text)); }
  Value* pop() { return pop_some(1).front(); }
  std::vector<Value*> pop_some(std::size_t count);
  std::vector<Value*> pop_to_mark();
  Value& top();
  std::size_t position() const { return position_; }

  Store& store_;

 private:
  bool take_number(unsigned char operation);
  bool take_group(unsigned char operation);
  bool take_memo(unsigned char operation);
  void extend(Kind kind, const std::vector<Value*>& items);
  void remember(std::uint64_t index);
  void recall(std::uint64_t index);

  Rules rules_;
  std::size_t position_ = 0;
  std::vector<Value*> stack_;
  std::vector<std::size_t> marks_;
  std::map<std::uint64_t, Value*> memo_;
};

}  // namespace flowrun::pickle
