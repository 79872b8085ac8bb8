// The codecs of what a node emits: there and back without a change, and bytes from anybody refused with a sentence.
#include <cstring>
#include <set>

#include "flowrun/sdk/codec.h"
#include "testing/node_checks.h"

namespace flowrun::testing {
namespace {

using Bytes = std::vector<std::byte>;

constexpr std::size_t kMostBytes = std::size_t{64} << 20;
constexpr int kChanges = 300;

Bytes written(const Codec& codec, const Payload& payload) {
  Bytes bytes;
  ByteWriter writer([&](const void* from, std::size_t length) {
    const auto* begin = static_cast<const std::byte*>(from);
    bytes.insert(bytes.end(), begin, begin + length);
  });
  codec.write(payload, writer);
  return bytes;
}

std::unique_ptr<Payload> read(const Codec& codec, const Bytes& bytes) {
  ByteReader reader(bytes);
  std::unique_ptr<Payload> payload = codec.read(reader);
  ByteReader::require(reader.left() == 0, "it has more data than it says");
  return payload;
}

/// What is wrong with a codec that reads these bytes; empty: it reads them, or refuses them with a sentence.
std::string fault_with(const Codec& codec, const Bytes& bytes) {
  try {
    read(codec, bytes);
    return "";
  } catch (const Error& error) {
    return *error.what() ? "" : "it threw an Error without a sentence";  // the reader of the bytes says of what they are
  } catch (const std::bad_alloc&) {
    return "it takes more memory than the bytes justify; look at a count before making room for it (ByteReader::count, array)";
  } catch (const std::exception& error) {
    return std::string("it threw a std::exception that is no flowrun::Error, '") + error.what() + "'";
  } catch (...) {
    return "it threw something that is no std::exception";
  }
}

/// The next of a fixed row of numbers (xorshift), so that a finding can be found again.
std::uint64_t next(std::uint64_t& state) {
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return state;
}

/// Bytes as a damaged or forged file has them: cut, longer, or changed in some places.
Bytes damaged(const Bytes& good, int number, std::uint64_t& random) {
  Bytes bytes = good;
  if (number % 3 == 0) bytes.resize(static_cast<std::size_t>(next(random) % (good.size() + 1)));
  else if (number % 3 == 1) bytes.resize(good.size() + 1 + static_cast<std::size_t>(next(random) % 16));
  for (std::uint64_t i = 0; i < next(random) % 4 && !bytes.empty(); ++i) {
    const std::size_t reach = number % 2 ? bytes.size() : std::min<std::size_t>(bytes.size(), 256);  // counts come first
    bytes[static_cast<std::size_t>(next(random)) % reach] = static_cast<std::byte>(number % 5 ? next(random) : 0xff);
  }
  return bytes;
}

std::string fault_of(const Codec& codec, const Payload& payload, CheckRun& check) {
  const Bytes bytes = written(codec, payload);
  const std::string what = "the codec of " + std::string(payload.type()) + ": ";
  if (bytes.size() > kMostBytes) return "";
  check.at(what + "there and back");
  if (written(codec, *read(codec, bytes)) != bytes) return what + "what it reads is not what it wrote";
  std::uint64_t random = 0x9e3779b97f4a7c15u;
  for (int number = 0; number < kChanges; ++number) {
    check.at(what + "damaged bytes, change " + std::to_string(number));
    if (const std::string fault = fault_with(codec, damaged(bytes, number, random)); !fault.empty())
      return what + "damaged bytes, change " + std::to_string(number) + ": " + fault;
  }
  return "";
}

}  // namespace

CheckResult check_codecs(CheckRun& check) {
  if (const std::string why = cannot_fire(check.subject); !why.empty()) return skipped(why);
  std::set<std::string_view> seen;
  for (const auto& [port, items] : check.subject.baseline().outputs)
    for (const PayloadPtr& item : items) {
      const Codec* codec = seen.contains(item->type()) ? nullptr : check.subject.codec(item->type());
      if (!codec) continue;
      seen.insert(item->type());
      try {
        if (const std::string fault = fault_of(*codec, *item, check); !fault.empty()) return failed(fault);
      } catch (const std::exception& error) {
        return failed("the codec of " + std::string(item->type()) + ": " + error.what());
      }
    }
  if (seen.empty()) return skipped("nothing that it emits has a codec");
  return passed(count_text(seen.size(), "codec") + ", " + std::to_string(kChanges) + " damaged texts each");
}

}  // namespace flowrun::testing
