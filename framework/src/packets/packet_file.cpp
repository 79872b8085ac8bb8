// A packet: a line of text, the payload's type, and the bytes of its codec up to the end of the file.
#include <algorithm>
#include <cerrno>
#include <fstream>
#include <span>

#include "flowrun/host/replay.h"
#include "flowrun/sdk/atomic_file.h"
#include "flowrun/host/file_content.h"
#include "flowrun/sdk/error.h"

namespace flowrun {
namespace {

constexpr std::string_view kFirstLine = "flowrun packet 2\n";

std::vector<std::byte> bytes_of(const std::filesystem::path& file) {
  read_plain_file(file, 1);  // refuses what is no plain file: opening a named pipe would wait
  std::ifstream stream(file, std::ios::binary);
  if (!stream) throw Error("it cannot be opened");
  std::vector<std::byte> bytes(static_cast<std::size_t>(std::filesystem::file_size(file)));
  if (!bytes.empty() && !stream.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size())))
    throw Error("it cannot be read");
  return bytes;
}

std::unique_ptr<Payload> payload_of(std::span<const std::byte> bytes, const FindCodec& codecs) {
  const std::string_view begin(reinterpret_cast<const char*>(bytes.data()), std::min(bytes.size(), kFirstLine.size()));
  if (begin != kFirstLine) throw Error("it does not begin as one");
  ByteReader reader(bytes.subspan(kFirstLine.size()));
  const std::string type = reader.text();
  const Codec* codec = codecs(type);
  if (!codec) throw Error("no plugin here can read the payload type '" + type + "'");
  std::unique_ptr<Payload> payload = codec->read(reader);
  ByteReader::require(reader.left() == 0, "it has more data than it says");
  return payload;
}

}  // namespace

void write_packet(const std::filesystem::path& file, const Payload& payload, const FindCodec& codecs) {
  const Codec* codec = codecs(payload.type());
  if (!codec)
    throw Error("packets of type '" + std::string(payload.type()) +
                "' cannot be kept: the plugin that made them has no codec for them");
  AtomicFile target(file, ".packet");
  std::ofstream stream(target.temporary(), std::ios::binary);
  stream << kFirstLine;
  ByteWriter writer([&](const void* bytes, std::size_t length) {
    stream.write(static_cast<const char*>(bytes), static_cast<std::streamsize>(length));
  });
  writer.text(payload.type());
  try {
    codec->write(payload, writer);
  } catch (const std::exception& fault) {
    throw UnwritablePayload("the " + std::string(payload.type()) + " cannot be written: " + fault.what());
  }
  stream.close();
  if (!stream) throw Error(write_failure(target.target(), errno));
  target.commit();
}

std::unique_ptr<Payload> read_packet(const std::filesystem::path& file, const FindCodec& codecs) {
  try {
    return payload_of(bytes_of(file), codecs);
  } catch (const std::exception& reason) {
    throw Error("'" + file.string() + "' is not a packet: " + reason.what());
  }
}

}  // namespace flowrun
