// How a payload becomes bytes and back, so that it can be kept in a file, replayed, or sent to another process.
//
//   void write_spline(const Spline& spline, ByteWriter& bytes) { bytes.geometry(spline.geometry); bytes.array(spline.knots); }
//   Spline read_spline(ByteReader& bytes) { Spline s; s.geometry = bytes.geometry(); s.knots = bytes.array<float>(); return s; }
//   ...
//   plugin.codecs = {codec<Spline>(write_spline, read_spline)};
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "flowrun/sdk/error.h"
#include "flowrun/sdk/payloads.h"

namespace flowrun {

/// Takes the parts of a payload, one after the other. Numbers are little-endian; lengths and counts are 64 bit.
class ByteWriter {
 public:
  using Put = std::function<void(const void* bytes, std::size_t length)>;
  explicit ByteWriter(Put put) : put_(std::move(put)) {}

  template <class T>
  void number(T value) {
    static_assert(std::is_arithmetic_v<T>, "a number: an integer, a bool, a float or a double");
    put_(&value, sizeof value);
  }
  void text(std::string_view text);
  /// A count and the elements as they lie in memory.
  template <class T>
  void array(const std::vector<T>& values) {
    static_assert(std::is_arithmetic_v<T> && !std::is_same_v<T, bool>, "an array of numbers");
    number(static_cast<std::uint64_t>(values.size()));
    put_(values.data(), values.size() * sizeof(T));
  }
  void geometry(const Geometry& geometry);
  void facts(const ImageFacts& facts);
  void raw(const void* bytes, std::size_t length) { put_(bytes, length); }

 private:
  Put put_;
};

/// Gives the parts back, in the same order. The bytes may come from anybody: every function throws Error when they do not
/// suffice, and nothing is allocated that the bytes could not fill.
class ByteReader {
 public:
  explicit ByteReader(std::span<const std::byte> bytes) : left_(bytes) {}

  template <class T>
  T number() {
    static_assert(std::is_arithmetic_v<T>);
    if constexpr (std::is_same_v<T, bool>) return number<std::uint8_t>() != 0;
    T value;
    std::memcpy(&value, take(sizeof value).data(), sizeof value);
    return value;
  }
  std::string text();
  template <class T>
  std::vector<T> array() {
    static_assert(std::is_arithmetic_v<T> && !std::is_same_v<T, bool>);
    const std::uint64_t count = number<std::uint64_t>();
    if (count > left_.size() / sizeof(T)) throw Error("its data are cut");
    std::vector<T> values(static_cast<std::size_t>(count));
    const auto from = take(values.size() * sizeof(T));
    if (!from.empty()) std::memcpy(values.data(), from.data(), from.size());
    return values;
  }
  /// An array of so many elements; another count is an Error.
  template <class T>
  std::vector<T> array(std::int64_t expected) {
    std::vector<T> values = array<T>();
    require(static_cast<std::int64_t>(values.size()) == expected, "an array does not fit the sizes that belong to it");
    return values;
  }
  /// A count of parts that follow, each of `least` bytes or more.
  std::size_t count(std::size_t least);
  Geometry geometry();  ///< sizes of 0 or more, whose product can be counted
  ImageFacts facts();

  std::size_t left() const { return left_.size(); }
  std::span<const std::byte> rest() { return take(left()); }  ///< all that is left, taken
  /// Throws Error with the sentence where `holds` is false.
  static void require(bool holds, std::string_view sentence) {
    if (!holds) throw Error(std::string(sentence));
  }

 private:
  std::span<const std::byte> take(std::size_t length) {
    if (length > left_.size()) throw Error("its data are cut");
    const auto taken = left_.first(length);
    left_ = left_.subspan(length);
    return taken;
  }
  std::span<const std::byte> left_;
};

/// How payloads of one type are written and read. `read` throws Error, a sentence, for bytes that are no such payload, takes no
/// more memory than the bytes justify, and gives what `write` would write as the same bytes again.
struct Codec {
  std::string type;  ///< of the payload
  std::function<void(const Payload&, ByteWriter&)> write;
  std::function<std::unique_ptr<Payload>(ByteReader&)> read;
};

/// The codec of a payload type T from two functions.
template <class T>
Codec codec(void (*write)(const T&, ByteWriter&), T (*read)(ByteReader&)) {
  return {std::string(T::kType),
          [write](const Payload& payload, ByteWriter& bytes) {
            const T* typed = payload_cast<T>(&payload);
            if (!typed) throw Error("it is a " + std::string(payload.type()) + ", not a " + std::string(T::kType));
            write(*typed, bytes);
          },
          [read](ByteReader& bytes) -> std::unique_ptr<Payload> { return std::make_unique<T>(read(bytes)); }};
}

/// Those of the payloads in payloads.h and transform.h.
const std::vector<Codec>& standard_codecs();
/// That of one of them; null for other types.
const Codec* standard_codec(std::string_view payload_type);

}  // namespace flowrun
