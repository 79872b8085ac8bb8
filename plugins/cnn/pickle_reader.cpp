#include "pickle_reader.h"

#include "common/pickle/machine.h"
#include "flowrun/sdk/error.h"
#include "pickle_objects.h"

namespace flowrun::cnn {
namespace {

using pickle::Kind;
using pickle::Value;

// Bounds what the stack, the memo and all copies of lists can grow to. The published files need 250 operations.
constexpr std::size_t kMostOperations = 10'000;
constexpr std::size_t kLongestName = 256;

class Reader final : public pickle::Machine {
 public:
  explicit Reader(pickle::Store& store) : Machine(store, {"a file of weights", kMostOperations}) {}

 private:
  bool take_own(unsigned char operation) override {
    if (operation == 0x80) check_protocol();
    else if (operation == 'U' || operation == 'C') push(Kind::text, 0, bytes_of(unsigned_of(1)));
    else if (operation == 'T' || operation == 'B') push(Kind::text, 0, bytes_of(unsigned_of(4)));
    else if (operation == 'c') take_global();
    else if (operation == 'R') take_call(pop_some(2));
    else if (operation == 'b') take_state(*pop());
    else return false;
    return true;
  }

  void check_protocol() {
    const std::uint64_t protocol = unsigned_of(1);
    if (protocol != 2 && protocol != 3)
      throw Error("it is of pickle protocol " + std::to_string(protocol) +
                  "; protocols 2 and 3 are read (in Python: pickle.dump(weights, file, protocol=2))");
  }

  void take_global() {
    const std::string module = name();
    push(make_global(store_, module + "." + name()));
  }
  void take_call(const std::vector<Value*>& parts) { push(call(store_, *parts[0], *parts[1])); }
  void take_state(const Value& state) { build(store_, top(), state); }

  std::string name() {
    const std::size_t begin = position();
    std::string text(line());
    if (text.size() > kLongestName)
      throw Error("it is cut short or damaged: the name at byte " + std::to_string(begin) + " has no end");
    for (char& c : text) {
      if (c < ' ' || c > '~') c = '?';  // a name goes into a message
    }
    return text;
  }
};

}  // namespace

const pickle::Value& read_pickle(pickle::Store& store) { return Reader(store).run(); }

}  // namespace flowrun::cnn
