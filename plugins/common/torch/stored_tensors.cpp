#include "common/torch/stored_tensors.h"

#include <algorithm>
#include <array>
#include <deque>
#include <utility>

#include "flowrun/sdk/error.h"

namespace flowrun::tensor {
namespace {

enum class Kind { other, integer, text, global, tuple, storage, container, object };

struct Item {
  Kind kind = Kind::other;
  std::int64_t number = 0;
  std::string_view text;     // of a text; of a global "module\nname\n"
  std::vector<Item*> items;  // of a tuple; of a storage the tuple that names it
  int depth = 0;             // of the values within
  bool is_inside = false;    // of another value; from then on it stays as it is, so that depths are final and nothing contains itself
};

constexpr int kDeepest = 200;
constexpr std::ptrdiff_t kDeepestType = 64;  // brackets in the text of a type

/// Functions that a pickle may call. LibTorch knows a few more, for sparse tensors and for tensors on other machines.
constexpr std::array<std::string_view, 9> kFunctions{
    "torch._utils\n_rebuild_tensor_v2\n", "torch._utils\n_rebuild_qtensor\n",     "torch.jit._pickle\nbuild_intlist\n",
    "torch.jit._pickle\nbuild_tensorlist\n", "torch.jit._pickle\nbuild_doublelist\n", "torch.jit._pickle\nbuild_boollist\n",
    "torch.jit._pickle\nrestore_type_tag\n", "collections\nOrderedDict\n",          "torch\ndevice\n"};

bool is_function(std::string_view global) { return std::find(kFunctions.begin(), kFunctions.end(), global) != kFunctions.end(); }

bool is_class(std::string_view global) { return global.starts_with("__torch__.") || global.starts_with("__torch__\n"); }

/// "module.name" of a global.
std::string dotted(std::string_view global) {
  std::string text(global.substr(0, global.size() - 1));
  std::replace(text.begin(), text.end(), '\n', '.');
  return text;
}

[[noreturn]] void damaged() { throw Error("its description of the tensors is damaged"); }

/// Bytes of an element; 0: not known.
std::int64_t element_bytes(std::string_view storage) {
  constexpr std::array<std::pair<std::string_view, std::int64_t>, 16> kTypes{{{"torch\nFloatStorage\n", 4},
                                                                              {"torch\nDoubleStorage\n", 8},
                                                                              {"torch\nHalfStorage\n", 2},
                                                                              {"torch\nBFloat16Storage\n", 2},
                                                                              {"torch\nLongStorage\n", 8},
                                                                              {"torch\nIntStorage\n", 4},
                                                                              {"torch\nShortStorage\n", 2},
                                                                              {"torch\nCharStorage\n", 1},
                                                                              {"torch\nByteStorage\n", 1},
                                                                              {"torch\nBoolStorage\n", 1},
                                                                              {"torch\nComplexHalfStorage\n", 4},
                                                                              {"torch\nComplexFloatStorage\n", 8},
                                                                              {"torch\nComplexDoubleStorage\n", 16},
                                                                              {"torch\nQInt8Storage\n", 1},
                                                                              {"torch\nQUInt8Storage\n", 1},
                                                                              {"torch\nQInt32Storage\n", 4}}};
  for (const auto& [name, bytes] : kTypes)
    if (name == storage) return bytes;
  return 0;
}

std::vector<std::int64_t> numbers_of(const Item& tuple) {
  if (tuple.kind != Kind::tuple) damaged();
  std::vector<std::int64_t> numbers;
  for (const Item* item : tuple.items) {
    if (item->kind != Kind::integer) damaged();
    numbers.push_back(item->number);
  }
  return numbers;
}

/// The arguments of torch._utils._rebuild_tensor_v2: storage, offset, size, stride and more.
StoredTensor tensor_of(const Item& arguments) {
  const auto& args = arguments.items;
  if (arguments.kind != Kind::tuple || args.size() < 4 || args[0]->kind != Kind::storage || args[1]->kind != Kind::integer)
    damaged();
  const auto& storage = args[0]->items;  // "storage", type, key, place, count
  StoredTensor tensor;
  tensor.key = storage[2]->text;
  tensor.bytes = element_bytes(storage[1]->text);
  tensor.count = storage[4]->number;
  tensor.offset = args[1]->number;
  tensor.size = numbers_of(*args[2]);
  tensor.stride = numbers_of(*args[3]);
  if (tensor.bytes == 0) throw Error("it has a tensor of a type that is not known");
  return tensor;
}

/// LibTorch's unpickler as far as it takes to know what each tensor is made from.
class Machine {
 public:
  explicit Machine(std::string_view pickle) : pickle_(pickle) {}

  PickleContents run() {
    while (true) {
      const auto operation = static_cast<unsigned char>(take(1).front());
      if (operation == '.') return std::move(found_);
      if (!take_plain(operation) && !take_group(operation) && !take_memo(operation) && !take_object(operation))
        throw Error("its description of the tensors has the operation " + std::to_string(operation) + ", which no model needs");
    }
  }

 private:
  std::string_view take(std::uint64_t count) {
    if (count > pickle_.size() - at_) damaged();
    const std::string_view bytes = pickle_.substr(at_, count);
    at_ += count;
    return bytes;
  }

  std::uint64_t number(std::size_t bytes) {
    std::uint64_t value = 0;
    const std::string_view raw = take(bytes);
    for (std::size_t i = 0; i < bytes; ++i) value |= std::uint64_t{static_cast<unsigned char>(raw[i])} << (8 * i);
    return value;
  }

  void push(Item item) { stack_.push_back(&items_.emplace_back(std::move(item))); }
  void push_number(std::int64_t value) { push({Kind::integer, value, {}, {}}); }
  void push_tuple(std::vector<Item*> items) {
    push({Kind::tuple, 0, {}, {}});
    put_into(*stack_.back(), items);
    stack_.back()->items = std::move(items);
  }

  void put_into(Item& outer, const std::vector<Item*>& items) {
    if (outer.is_inside) throw Error("it changes a value that another has already taken in, which no model needs");
    for (Item* item : items) {
      if (item == &outer) damaged();
      item->is_inside = true;
      outer.depth = std::max(outer.depth, item->depth + 1);
    }
    if (outer.depth > kDeepest) throw Error("its values are nested more than " + std::to_string(kDeepest) + " deep");
  }

  /// Into the value below them on the stack.
  void add(const std::vector<Item*>& items) {
    if (stack_.empty() || (stack_.back()->kind != Kind::container && stack_.back()->kind != Kind::object)) damaged();
    put_into(*stack_.back(), items);
  }

  std::vector<Item*> pop(std::size_t count) {
    const std::size_t floor = marks_.empty() ? 0 : marks_.back();
    if (stack_.size() - floor < count) damaged();
    std::vector<Item*> items(stack_.end() - static_cast<std::ptrdiff_t>(count), stack_.end());
    stack_.resize(stack_.size() - count);
    return items;
  }

  std::vector<Item*> pop_to_mark() {
    if (marks_.empty()) damaged();
    auto items = pop(stack_.size() - marks_.back());
    marks_.pop_back();
    return items;
  }

  bool take_plain(unsigned char operation) {
    switch (operation) {
      case 0x80:
        take(1);
        return true;
      case 'N':
      case 0x88:
      case 0x89:
        push({});
        return true;
      case '}':
      case ']':
        push({Kind::container, 0, {}, {}});
        return true;
      case 'G':
        take(8);
        push({});
        return true;
      case 'K':
        push_number(static_cast<std::int64_t>(number(1)));
        return true;
      case 'M':
        push_number(static_cast<std::int64_t>(number(2)));
        return true;
      case 'J':
        push_number(static_cast<std::int32_t>(number(4)));
        return true;
      case 0x8A:
        if (number(1) != 8) damaged();
        push_number(static_cast<std::int64_t>(number(8)));
        return true;
      case 'X':
        push({Kind::text, 0, take(number(4)), {}});
        return true;
      default:
        return false;
    }
  }

  bool take_group(unsigned char operation) {
    if (operation == '(') marks_.push_back(stack_.size());
    else if (operation == 't') push_tuple(pop_to_mark());
    else if (operation == ')') push_tuple({});
    else if (operation >= 0x85 && operation <= 0x87) push_tuple(pop(operation - 0x84u));
    else if (operation == 'e' || operation == 'u') add(pop_to_mark());
    else if (operation == 'a') add(pop(1));
    else if (operation == 's') add(pop(2));
    else if (operation == 'l') push_list(pop_to_mark());
    else return false;
    return true;
  }

  void push_list(const std::vector<Item*>& items) {
    push({Kind::container, 0, {}, {}});
    add(items);
  }

  bool take_memo(unsigned char operation) {
    if (operation == 'q' || operation == 'r') {
      const std::uint64_t index = number(operation == 'q' ? 1 : 4);
      if (stack_.empty() || index > memo_.size()) damaged();  // LibTorch would make room for all below
      if (index == memo_.size()) memo_.push_back(nullptr);
      memo_[index] = stack_.back();
    } else if (operation == 'h' || operation == 'j') {
      const std::uint64_t index = number(operation == 'h' ? 1 : 4);
      if (index >= memo_.size()) damaged();
      stack_.push_back(memo_[index]);
    } else {
      return false;
    }
    return true;
  }

  bool take_object(unsigned char operation) {
    if (operation == 'c') push({Kind::global, 0, take_global(), {}});
    else if (operation == 'Q') push_storage(*pop(1).front());
    else if (operation == 'R') reduce(pop(2));
    else if (operation == 0x81) begin_object(pop(2));
    else if (operation == 'b') add(pop(1));
    else return false;
    return true;
  }

  void begin_object(const std::vector<Item*>& call) {
    if (call[0]->kind != Kind::global || !is_class(call[0]->text)) damaged();
    push({Kind::object, 0, {}, {}});
  }

  std::string_view take_global() {
    const std::size_t module_end = pickle_.find('\n', at_);
    const std::size_t end = module_end == std::string_view::npos ? module_end : pickle_.find('\n', module_end + 1);
    if (end == std::string_view::npos) damaged();
    const std::string_view global = take(end + 1 - at_);
    if (is_class(global)) found_.classes.push_back(dotted(global));
    else if (!is_function(global)) check_value(global);
    return global;
  }

  /// Storages and the kinds of quantised tensors are values of the module torch.
  static void check_value(std::string_view global) {
    if (global.starts_with("torch._utils\n"))
      throw Error("it makes tensors in a way (" + std::string(global.substr(13, global.size() - 14)) + ") that is not known here");
    if (!global.starts_with("torch\n")) throw Error("it names '" + dotted(global) + "', which no TorchScript model is made of");
  }

  void push_storage(const Item& name) {
    constexpr std::array<Kind, 5> kParts{Kind::text, Kind::global, Kind::text, Kind::text, Kind::integer};
    if (name.kind != Kind::tuple || name.items.size() != kParts.size()) damaged();
    for (std::size_t i = 0; i < kParts.size(); ++i)
      if (name.items[i]->kind != kParts[i]) damaged();
    push({Kind::storage, 0, {}, name.items});
  }

  void reduce(const std::vector<Item*>& call) {
    const std::string_view function = call[0]->text;
    if (call[0]->kind != Kind::global || !is_function(function)) throw Error("it calls what is no function of a model's");
    if (function == kFunctions[0] || function == kFunctions[1]) found_.tensors.push_back(tensor_of(*call[1]));
    if (function.find("restore_type_tag") != std::string_view::npos) check_type(*call[1]);
    push({Kind::container, 0, {}, {}});
    add({call[1]});
  }

  static void check_type(const Item& arguments) {
    if (arguments.kind != Kind::tuple || arguments.items.size() != 2 || arguments.items[1]->kind != Kind::text) damaged();
    const std::string_view type = arguments.items[1]->text;
    if (std::count(type.begin(), type.end(), '[') > kDeepestType) throw Error("it has a type that is nested too deep");
  }

  std::string_view pickle_;
  std::size_t at_ = 0;
  std::deque<Item> items_;
  std::vector<Item*> stack_, memo_;
  std::vector<std::size_t> marks_;
  PickleContents found_;
};

}  // namespace

PickleContents pickle_contents(std::string_view pickle) { return Machine(pickle).run(); }

bool lies_within(const StoredTensor& tensor, std::uint64_t record_bytes) {
  if (tensor.count < 0 || tensor.offset < 0 || tensor.size.size() != tensor.stride.size()) return false;
  if (static_cast<std::uint64_t>(tensor.count) > record_bytes / static_cast<std::uint64_t>(tensor.bytes)) return false;
  std::int64_t last = tensor.offset;
  bool empty = false;
  for (std::size_t axis = 0; axis < tensor.size.size(); ++axis) {
    std::int64_t span = 0;
    if (tensor.size[axis] < 0 || tensor.stride[axis] < 0) return false;
    empty = empty || tensor.size[axis] == 0;
    if (tensor.size[axis] == 0) continue;
    if (__builtin_mul_overflow(tensor.size[axis] - 1, tensor.stride[axis], &span) || __builtin_add_overflow(last, span, &last))
      return false;
  }
  return empty ? tensor.offset <= tensor.count : last < tensor.count;
}

}  // namespace flowrun::tensor
