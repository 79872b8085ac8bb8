#include "hdf5_objects.h"

#include <algorithm>

#include "flowrun/sdk/error.h"

namespace flowrun::cnn::hdf5 {
namespace {

constexpr std::int64_t kMostValues = std::int64_t{1} << 26;
constexpr std::size_t kMostAxes = 8, kMostBlocks = 64, kLongestText = 256;
constexpr std::uint64_t kMostMessages = 4096;
constexpr std::uint64_t kMessageHead = 8, kHeaderHead = 16;

/// The type of float32, little-endian, as the file says it; the upper half of the first byte is a version.
constexpr std::string_view kFloat32{"\x01\x20\x1f\x00\x04\x00\x00\x00\x00\x00\x20\x00\x17\x08\x00\x17\x7f\x00\x00\x00", 20};

std::uint64_t padded(std::uint64_t bytes) { return (bytes + 7) / 8 * 8; }

const Message& required(const std::vector<Message>& messages, MessageType type) {
  const Message* found = find(messages, type);
  if (!found || found->shared) damaged();
  return *found;
}

void require_float32(std::string_view type, const std::string& name) {
  std::string same(type.substr(0, kFloat32.size()));
  if (!same.empty()) same[0] = static_cast<char>(same[0] & 0x0F);
  if (same != kFloat32) throw Error("its data set '" + name + "' is not of float32, little-endian; weights are");
}

std::vector<std::int64_t> shape_of(std::string_view space, const std::string& name) {
  const std::uint64_t version = number(space, 0, 1), axes = number(space, 1, 1);
  if (version != 1 && version != 2) damaged();
  if (axes < 1 || axes > kMostAxes) throw Error("its data set '" + name + "' does not have between 1 and 8 axes");
  std::vector<std::int64_t> shape;
  std::int64_t values = 1;
  for (std::uint64_t axis = 0; axis < axes; ++axis) {
    const std::uint64_t length = number(space, (version == 1 ? 8 : 4) + 8 * axis, 8);
    if (length < 1 || length > static_cast<std::uint64_t>(kMostValues / values))
      throw Error("its data set '" + name + "' is empty or said to be larger than any that is read");
    values *= static_cast<std::int64_t>(length);
    shape.push_back(static_cast<std::int64_t>(length));
  }
  return shape;
}

/// Where the values are; both ends are looked at when they are taken.
std::string_view values_of(std::string_view file, std::string_view layout, const std::string& name) {
  const std::uint64_t version = number(layout, 0, 1), kind = number(layout, 1, 1);
  if (version != 3 && version != 4) throw Error("its data set '" + name + "' is laid out in a form that is not read");
  if (kind != 1)
    throw Error("its data set '" + name + "' is not in one piece (chunks, or inside its header); save it without compression");
  const std::uint64_t address = number(layout, 2, 8);
  if (address == kNowhere) throw Error("its data set '" + name + "' has no values");
  return part(file, address, number(layout, 10, 8));
}

/// An object of a heap that texts of variable length lie in.
std::string_view heap_object(std::string_view file, std::uint64_t address, std::uint64_t index) {
  if (part(file, address, 4) != "GCOL") damaged();
  const std::string_view heap = part(file, address, number(file, address + 8, 8));
  for (std::uint64_t at = 16; at + 16 <= heap.size();) {
    const std::uint64_t number_of = number(heap, at, 2), bytes = number(heap, at + 8, 8);
    if (number_of == index) return part(heap, at + 16, bytes);
    if (number_of == 0 || bytes > heap.size()) break;
    at += 16 + padded(bytes);
  }
  damaged();
}

struct Attribute {
  std::string_view name, type, data;
};

Attribute attribute_of(std::string_view message) {
  const std::uint64_t version = number(message, 0, 1);
  if (version < 1 || version > 3) damaged();
  std::uint64_t at = version == 3 ? 9 : 8;
  const auto take = [&](std::uint64_t bytes) {
    const std::string_view taken = part(message, at, bytes);
    at += version == 1 ? padded(bytes) : bytes;
    return taken;
  };
  Attribute attribute;
  attribute.name = take(number(message, 2, 2));
  attribute.name = attribute.name.substr(0, attribute.name.find('\0'));
  attribute.type = take(number(message, 4, 2));
  take(number(message, 6, 2));
  attribute.data = message.substr(std::min<std::uint64_t>(at, message.size()));
  return attribute;
}

}  // namespace

void damaged() { throw Error("it is damaged or cut short"); }

std::uint64_t number(std::string_view bytes, std::uint64_t at, std::size_t width) {
  const std::string_view raw = part(bytes, at, width);
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < width; ++i) value |= std::uint64_t{static_cast<unsigned char>(raw[i])} << (8 * i);
  return value;
}

std::string_view part(std::string_view bytes, std::uint64_t at, std::uint64_t count) {
  if (at > bytes.size() || count > bytes.size() - at) damaged();
  return bytes.substr(at, count);
}

std::vector<Message> messages_at(std::string_view file, std::uint64_t address) {
  if (number(file, address, 1) != 1)
    throw Error("it is an HDF5 file of a newer form than Keras writes by itself; save it by h5py with libver='earliest'");
  const std::uint64_t count = std::min(number(file, address + 2, 2), kMostMessages);
  std::vector<std::string_view> blocks{part(file, address + kHeaderHead, number(file, address + 8, 4))};
  std::vector<Message> messages;
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    const std::string_view block = blocks[i];
    for (std::uint64_t at = 0; at + kMessageHead <= block.size() && messages.size() < count;) {
      const std::uint64_t bytes = number(block, at + 2, 2);
      Message message{static_cast<std::uint16_t>(number(block, at, 2)), (number(block, at + 4, 1) & 2) != 0,
                      part(block, at + kMessageHead, bytes)};
      at += kMessageHead + bytes;
      messages.push_back(message);
      if (message.type != kContinuation) continue;
      if (blocks.size() >= kMostBlocks) damaged();
      blocks.push_back(part(file, number(message.data, 0, 8), number(message.data, 8, 8)));
    }
  }
  return messages;
}

const Message* find(const std::vector<Message>& messages, MessageType type) {
  const auto found = std::find_if(messages.begin(), messages.end(), [&](const Message& one) { return one.type == type; });
  return found == messages.end() ? nullptr : &*found;
}

DataSet data_set_of(std::string_view file, const std::vector<Message>& messages, const std::string& name) {
  if (find(messages, kExternalFiles)) throw Error("its data set '" + name + "' has its values in another file");
  if (find(messages, kFilters)) throw Error("its data set '" + name + "' is compressed or filtered; save it without");
  require_float32(required(messages, kDatatype).data, name);
  DataSet found{name, shape_of(required(messages, kDataspace).data, name),
                values_of(file, required(messages, kLayout).data, name)};
  std::size_t bytes = sizeof(float);
  for (const std::int64_t axis : found.shape) bytes *= static_cast<std::size_t>(axis);
  if (found.bytes.size() != bytes)
    throw Error("its data set '" + name + "' should have " + std::to_string(bytes) + " bytes by its shape, but has " +
                std::to_string(found.bytes.size()));
  return found;
}

std::optional<std::string> text_attribute(std::string_view file, const std::vector<Message>& messages, std::string_view name) {
  constexpr std::uint64_t kFixedText = 3, kVariable = 9;
  for (const Message& message : messages) {
    if (message.type != kAttribute || message.shared) continue;
    const Attribute attribute = attribute_of(message.data);
    if (attribute.name != name) continue;
    const std::uint64_t kind = number(attribute.type, 0, 1) & 0x0F;
    std::string_view text;
    if (kind == kFixedText) text = part(attribute.data, 0, number(attribute.type, 4, 4));
    else if (kind == kVariable)
      text =
          part(heap_object(file, number(attribute.data, 4, 8), number(attribute.data, 12, 4)), 0, number(attribute.data, 0, 4));
    else return std::nullopt;
    return printable(text.substr(0, std::min(text.find('\0'), kLongestText)));
  }
  return std::nullopt;
}

std::string printable(std::string_view text) {
  std::string shown(text.substr(0, 64));
  for (char& c : shown) {
    if (c < ' ' || c > '~') c = '?';
  }
  return shown;
}

}  // namespace flowrun::cnn::hdf5
