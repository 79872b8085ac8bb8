#include "pickle_objects.h"

#include <algorithm>
#include <array>

#include "flowrun/sdk/error.h"

namespace flowrun::cnn {
namespace {

using pickle::Kind;
using pickle::Store;
using pickle::Value;

constexpr std::array<std::string_view, 6> kGlobals = {"collections.OrderedDict",
                                                      "numpy.core.multiarray._reconstruct",
                                                      "numpy._core.multiarray._reconstruct",
                                                      "numpy.ndarray",
                                                      "numpy.dtype",
                                                      "_codecs.encode"};

[[noreturn]] void refuse_arguments(std::string_view global) {
  throw Error("it calls '" + std::string(global) + "' in a way that no file of numpy arrays does");
}

// Python 3 writes OrderedDict() and fills it later; Python 2 hands over a list of [key, value].
Value* make_dict(Store& store, const Value& arguments) {
  Value* dict = store.add(Kind::dict);
  if (arguments.items.empty()) return dict;
  if (arguments.items.size() != 1 || arguments.items[0]->kind != Kind::list) refuse_arguments("collections.OrderedDict");
  for (const Value* pair : arguments.items[0]->items) {
    const bool is_pair = (pair->kind == Kind::list || pair->kind == Kind::tuple) && pair->items.size() == 2;
    if (!is_pair) refuse_arguments("collections.OrderedDict");
    dict->items.insert(dict->items.end(), pair->items.begin(), pair->items.end());
  }
  return dict;
}

Value* make_dtype(Store& store, const Value& arguments) {
  if (arguments.items.empty() || arguments.items[0]->kind != Kind::text) refuse_arguments("numpy.dtype");
  return store.add(Kind::dtype, 0, arguments.items[0]->text);
}

std::string latin1_of(std::string_view utf8) {
  std::string bytes;
  bytes.reserve(utf8.size());
  for (std::size_t i = 0; i < utf8.size(); ++i) {
    const auto lead = static_cast<unsigned char>(utf8[i]);
    if (lead < 0x80) {
      bytes.push_back(utf8[i]);
      continue;
    }
    const bool two_bytes = (lead == 0xC2 || lead == 0xC3) && i + 1 < utf8.size() && (utf8[i + 1] & 0xC0) == 0x80;
    if (!two_bytes) throw Error("it contains a text that is not latin-1 where bytes are expected");
    bytes.push_back(static_cast<char>((lead << 6) | (utf8[++i] & 0x3F)));
  }
  return bytes;
}

// Python 3 writes bytes in protocol 2 as text, to be encoded on the way in.
Value* make_bytes(Store& store, const Value& arguments) {
  const auto& items = arguments.items;
  const bool usual =
      items.size() == 2 && items[0]->kind == Kind::text && items[1]->kind == Kind::text && items[1]->text == "latin1";
  if (!usual) refuse_arguments("_codecs.encode");
  store.text_bytes += items[0]->text.size();
  if (store.text_bytes > store.file.size()) throw Error("it unpacks to more data than the file contains");
  return store.add(Kind::text, 0, store.texts.emplace_back(latin1_of(items[0]->text)));
}

void build_dtype(Store& store, Value& dtype, const Value& state) {
  const auto& items = state.items;
  if (state.kind != Kind::tuple || items.size() < 2 || items[1]->kind != Kind::text || items[1]->text.size() != 1 ||
      dtype.text.size() > 8)
    throw Error("it describes a numpy.dtype in a way that is not known");
  dtype.text = store.texts.emplace_back(std::string(items[1]->text) + std::string(dtype.text));
}

void build_array(Value& array, const Value& state) {
  const auto& items = state.items;
  const bool usual = state.kind == Kind::tuple && items.size() == 5 && items[1]->kind == Kind::tuple &&
                     items[2]->kind == Kind::dtype && items[3]->kind == Kind::boolean && items[4]->kind == Kind::text;
  if (!usual) throw Error("it describes a numpy.ndarray in a way that is not known");
  array.items = {items[1], items[2]};
  array.number = items[3]->number;
  array.text = items[4]->text;
}

}  // namespace

Value* make_global(Store& store, const std::string& name) {
  const auto known = std::find(kGlobals.begin(), kGlobals.end(), name);
  if (known == kGlobals.end())
    throw Error("the pickle asks for '" + name + "', which a file of weights does not need; nothing of it was run. Do not load " +
                "this file with Python");
  return store.add(Kind::global, 0, *known);
}

Value* call(Store& store, const Value& global, const Value& arguments) {
  if (global.kind != Kind::global || arguments.kind != Kind::tuple)
    throw Error("it calls " + std::string(in_words(global.kind)) + " as if it were a function");
  if (global.text == "collections.OrderedDict") return make_dict(store, arguments);
  if (global.text == "numpy.dtype") return make_dtype(store, arguments);
  if (global.text == "_codecs.encode") return make_bytes(store, arguments);
  if (global.text.ends_with("._reconstruct")) return store.add(Kind::array);
  refuse_arguments(global.text);
}

void build(Store& store, Value& object, const Value& state) {
  if (object.kind == Kind::array) return build_array(object, state);
  if (object.kind == Kind::dtype) return build_dtype(store, object, state);
  throw Error("it sets the state of " + std::string(in_words(object.kind)) + ", which no file of weights does");
}

}  // namespace flowrun::cnn
