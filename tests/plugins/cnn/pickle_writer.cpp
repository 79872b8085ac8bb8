#include "pickle_writer.h"

#include <cstring>

namespace flowrun::testing {
namespace {

/// An operation and a number of so many bytes after it.
std::string with_number(char operation, std::uint64_t value, int bytes) {
  std::string text(1, operation);
  for (int i = 0; i < bytes; ++i) text.push_back(static_cast<char>(value >> (8 * i)));
  return text;
}

}  // namespace

std::string PickleWriter::integer(std::int64_t value) { return with_number('J', static_cast<std::uint64_t>(value), 4); }

std::string PickleWriter::text(const std::string& bytes) { return with_number('T', bytes.size(), 4).append(bytes); }

std::string PickleWriter::global(const std::string& module, const std::string& name) {
  return std::string("c") + module + "\n" + name + "\n";
}

std::string PickleWriter::array(const std::vector<std::int64_t>& shape, const std::string& type, bool fortran,
                                const std::string& bytes) {
  std::string axes = "(";
  for (const std::int64_t axis : shape) axes += integer(axis);
  axes += "t";
  const std::string empty = global("numpy.core.multiarray", "_reconstruct") + global("numpy", "ndarray") + integer(0) + "\x85" +
                            text("b") + "\x87" + "R";
  const std::string dtype = global("numpy", "dtype") + text(type.substr(1)) + integer(0) + integer(1) + "\x87" + "R(" +
                            integer(3) + text(type.substr(0, 1)) + "NNN" + integer(-1) + integer(-1) + integer(0) + "tb";
  return empty + "(" + integer(1) + axes + dtype + (fortran ? "\x88" : "\x89") + text(bytes) + "tb";
}

std::string PickleWriter::array(const Array& array) {
  std::string bytes(array.values.size() * sizeof(float), '\0');
  std::memcpy(bytes.data(), array.values.data(), bytes.size());
  return PickleWriter::array(array.shape, "<f4", false, bytes);
}

std::string PickleWriter::weights_of(const std::vector<std::pair<std::string, std::string>>& layers) {
  std::string pickle = std::string("\x80\x02") + global("collections", "OrderedDict") + "](";
  for (const auto& [name, items] : layers) pickle.append("](").append(text(name)).append("](").append(items).append("ee");
  return pickle + "e\x85" + "R.";
}

std::string PickleWriter::weights(const Layers& layers) {
  std::vector<std::pair<std::string, std::string>> parts;
  for (const auto& [name, arrays] : layers) {
    std::string items;
    for (const Array& one : arrays) items += array(one);
    parts.emplace_back(name, items);
  }
  return weights_of(parts);
}

}  // namespace flowrun::testing
