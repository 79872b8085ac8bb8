#include "common/torch/stored_tensors.h"

#include <algorithm>
#include <array>
#include <utility>

#include "common/pickle/machine.h"
#include "flowrun/sdk/error.h"

namespace flowrun::tensor {
namespace {

using pickle::Kind;
using pickle::Value;

constexpr int kDeepest = 200;
constexpr std::ptrdiff_t kDeepestType = 64;  // brackets in the text of a type

constexpr std::string_view kOrderedDict = "collections\nOrderedDict\n";

/// Functions that a pickle may call. LibTorch knows a few more, for sparse tensors and for tensors on other machines.
constexpr std::array<std::string_view, 9> kFunctions{
    "torch._utils\n_rebuild_tensor_v2\n", "torch._utils\n_rebuild_qtensor\n",     "torch.jit._pickle\nbuild_intlist\n",
    "torch.jit._pickle\nbuild_tensorlist\n", "torch.jit._pickle\nbuild_doublelist\n", "torch.jit._pickle\nbuild_boollist\n",
    "torch.jit._pickle\nrestore_type_tag\n", kOrderedDict,                             "torch\ndevice\n"};

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

std::vector<std::int64_t> numbers_of(const Value& tuple) {
  if (tuple.kind != Kind::tuple) damaged();
  std::vector<std::int64_t> numbers;
  for (const Value* item : tuple.items) {
    if (item->kind != Kind::integer) damaged();
    numbers.push_back(item->number);
  }
  return numbers;
}

/// The arguments of torch._utils._rebuild_tensor_v2: storage, offset, size, stride and more.
StoredTensor tensor_of(const Value& arguments) {
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

/// LibTorch's unpickler as far as it takes to know what each tensor is made from. A global has "module\nname\n" as text, a
/// storage the parts of its name as items.
class Unpickler final : public pickle::Machine {
 public:
  explicit Unpickler(pickle::Store& store) : Machine(store, {.file_kind = "a model", .memo_in_order = true}) {}

  PickleContents contents() {
    run();
    return std::move(found_);
  }

 private:
  bool take_own(unsigned char operation) override {
    if (operation == 0x80) bytes_of(1);
    else if (operation == 'G') take_real();
    else if (operation == 0x8A) take_long();
    else if (operation == 'l') push_list(pop_to_mark());
    else if (operation == 'c') push(Kind::global, 0, take_global());
    else if (operation == 'Q') push_storage(*pop());
    else if (operation == 'R') reduce(pop_some(2));
    else if (operation == 0x81) begin_object(pop_some(2));
    else if (operation == 'b') add_state(pop());
    else return false;
    return true;
  }

  /// A value that is inside of another stays as it is, so that depths are final and nothing contains itself.
  void put(Value& outer, const std::vector<Value*>& items) override {
    if (outer.is_inside) throw Error("it changes a value that another has already taken in, which no model needs");
    for (Value* item : items) {
      if (item == &outer) damaged();
      item->is_inside = true;
      outer.depth = std::max(outer.depth, item->depth + 1);
    }
    if (outer.depth > kDeepest) throw Error("its values are nested more than " + std::to_string(kDeepest) + " deep");
    Machine::put(outer, items);
  }

  void take_real() {
    bytes_of(8);
    push(Kind::real);
  }

  void take_long() {
    if (unsigned_of(1) != 8) damaged();  // LibTorch reads no other
    push(Kind::integer, signed_of(8));
  }

  void push_list(const std::vector<Value*>& items) { put(push(Kind::list), items); }

  void add_state(Value* state) {
    Value& object = top();
    if (object.kind != Kind::object && object.kind != Kind::list && object.kind != Kind::dict) damaged();
    put(object, {state});
  }

  void begin_object(const std::vector<Value*>& call) {
    if (call[0]->kind != Kind::global || !is_class(call[0]->text)) damaged();
    push(Kind::object);
  }

  std::string_view take_global() {
    const std::size_t begin = position();
    line();
    line();
    const std::string_view global = store_.file.substr(begin, position() - begin);
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

  void push_storage(const Value& name) {
    constexpr std::array<Kind, 5> kParts{Kind::text, Kind::global, Kind::text, Kind::text, Kind::integer};
    if (name.kind != Kind::tuple || name.items.size() != kParts.size()) damaged();
    for (std::size_t i = 0; i < kParts.size(); ++i)
      if (name.items[i]->kind != kParts[i]) damaged();
    push(Kind::storage).items = name.items;
  }

  void reduce(const std::vector<Value*>& call) {
    const std::string_view function = call[0]->text;
    if (call[0]->kind != Kind::global || !is_function(function)) throw Error("it calls what is no function of a model's");
    if (function == kFunctions[0] || function == kFunctions[1]) found_.tensors.push_back(tensor_of(*call[1]));
    if (function.find("restore_type_tag") != std::string_view::npos) check_type(*call[1]);
    put(push(function == kOrderedDict ? Kind::dict : Kind::object), {call[1]});
  }

  static void check_type(const Value& arguments) {
    if (arguments.kind != Kind::tuple || arguments.items.size() != 2 || arguments.items[1]->kind != Kind::text) damaged();
    const std::string_view type = arguments.items[1]->text;
    if (std::count(type.begin(), type.end(), '[') > kDeepestType) throw Error("it has a type that is nested too deep");
  }

  PickleContents found_;
};

}  // namespace

PickleContents pickle_contents(std::string_view bytes) {
  pickle::Store store{.file = bytes};
  return Unpickler(store).contents();
}

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
