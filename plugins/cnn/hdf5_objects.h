// The parts that an HDF5 file is made of, each checked against the file's end.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hdf5_reader.h"

namespace flowrun::cnn::hdf5 {

inline constexpr std::uint64_t kNowhere = ~std::uint64_t{0};

/// Throws Error: the file is damaged or cut short.
[[noreturn]] void damaged();

/// A whole number of `width` bytes, little-endian. Error where it would lie beyond the end.
std::uint64_t number(std::string_view bytes, std::uint64_t at, std::size_t width);
/// Bytes from a place. Error where they would lie beyond the end.
std::string_view part(std::string_view bytes, std::uint64_t at, std::uint64_t count);

enum MessageType : std::uint16_t {
  kDataspace = 0x01,
  kLinkInfo = 0x02,
  kDatatype = 0x03,
  kLink = 0x06,
  kExternalFiles = 0x07,
  kLayout = 0x08,
  kFilters = 0x0B,
  kAttribute = 0x0C,
  kContinuation = 0x10,
  kSymbolTable = 0x11
};

struct Message {
  std::uint16_t type = 0;
  bool shared = false;  ///< the data say where the message is; such are not followed
  std::string_view data;
};

/// The messages of an object's header, of version 1.
std::vector<Message> messages_at(std::string_view file, std::uint64_t address);
const Message* find(const std::vector<Message>& messages, MessageType type);

/// A data set of these messages. Error: not float32, not in one piece, its size is not that of its shape.
DataSet data_set_of(std::string_view file, const std::vector<Message>& messages, const std::string& name);

/// The text of an attribute of this name, of fixed or variable length.
std::optional<std::string> text_attribute(std::string_view file, const std::vector<Message>& messages, std::string_view name);

/// At most 64 characters of it, all of them printable.
std::string printable(std::string_view text);

}  // namespace flowrun::cnn::hdf5
