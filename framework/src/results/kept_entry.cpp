#include "results/kept_entry.h"

#include <charconv>
#include <fstream>

#include "flowrun/sdk/atomic_file.h"
#include "flowrun/sdk/error.h"
#include "json/own_json.h"

namespace flowrun::results {
namespace {

using json::Kind;
using json::Value;
namespace fs = std::filesystem;

constexpr std::string_view kFirstLine = "flowrun result 1\n";
/// Behind the description at the file's end: its length in so many digits, and its hash.
constexpr std::size_t kDigits = 12, kHash = 64, kTail = kDigits + 1 + kHash + 1;
constexpr std::int64_t kLongest = std::int64_t{1} << 28;

Value output_value(const KeptOutput& output) {
  return Value::object()
      .set("port", output.port)
      .set("payload", output.payload)
      .set("at", output.at)
      .set("bytes", output.bytes.bytes)
      .set("stored", output.bytes.stored)
      .set("packed", output.bytes.packed)
      .set("sha256", output.bytes.sha256);
}

Value note_value(const std::string& key, const NodeNote& note) {
  Value reports = Value::array();
  for (const auto& [name, value] : note.reports)
    reports.push(Value::object().set("name", name).set("value", number_value(value)));
  Value object = Value::object().set("key", key).set("reports", std::move(reports)).set("warnings", Value(note.warnings));
  if (note.left_out) object.set("left_out", *note.left_out);
  return object;
}

Value entry_value(const KeptEntry& entry) {
  Value outputs = Value::array(), notes = Value::array();
  for (const KeptOutput& output : entry.outputs) outputs.push(output_value(output));
  for (const auto& [key, note] : entry.notes) notes.push(note_value(key, note));
  return Value::object()
      .set("key", entry.key)
      .set("node", entry.node)
      .set("type", entry.type)
      .set("case", entry.case_name)
      .set("seconds", entry.seconds)
      .set("outputs", std::move(outputs))
      .set("notes", std::move(notes));
}

const Value& member(const Value& object, const std::string& name, Kind kind) {
  const Value* found = object.find(name);
  if (!found || !(found->is(kind) || (kind == Kind::number && found->is(Kind::integer))))
    throw Error("its description has no '" + name + "'");
  return *found;
}

/// The hash over the description guards against damage; a file that somebody made on purpose is read with care all the same.
KeptOutput output_of(const Value& value, std::int64_t end) {
  KeptOutput output{member(value, "port", Kind::string).text(),
                    member(value, "payload", Kind::string).text(),
                    member(value, "at", Kind::integer).integer(),
                    {member(value, "bytes", Kind::integer).integer(), member(value, "stored", Kind::integer).integer(),
                     member(value, "packed", Kind::boolean).boolean(), member(value, "sha256", Kind::string).text()}};
  const PackedBytes& bytes = output.bytes;
  const bool fits = output.at >= 0 && bytes.stored >= 0 && output.at <= end && bytes.stored <= end - output.at &&
                    bytes.bytes >= 0 && (bytes.packed || bytes.bytes == bytes.stored) && bytes.bytes / 100'000 <= bytes.stored;
  if (!fits) throw Error("an output does not lie in it");
  return output;
}

NodeNote note_of(const Value& value) {
  NodeNote note;
  for (const Value& report : member(value, "reports", Kind::array).items()) {
    const Value* number = report.find("value");
    if (!number) throw Error("its description has no 'value'");
    note.reports.emplace_back(member(report, "name", Kind::string).text(), number_of(*number));
  }
  for (const Value& warning : member(value, "warnings", Kind::array).items()) {
    if (!warning.is(Kind::string)) throw Error("a warning is not text");
    note.warnings.push_back(warning.text());
  }
  if (value.find("left_out")) note.left_out = member(value, "left_out", Kind::string).text();
  return note;
}

KeptEntry entry_of(const Value& tree, std::int64_t end) {
  KeptEntry entry{member(tree, "key", Kind::string).text(),
                  member(tree, "node", Kind::string).text(),
                  member(tree, "type", Kind::string).text(),
                  member(tree, "case", Kind::string).text(),
                  member(tree, "seconds", Kind::number).number(),
                  {},
                  {}};
  for (const Value& output : member(tree, "outputs", Kind::array).items()) entry.outputs.push_back(output_of(output, end));
  for (const Value& note : member(tree, "notes", Kind::array).items())
    entry.notes.emplace_back(member(note, "key", Kind::string).text(), note_of(note));
  return entry;
}

std::string read_at(std::ifstream& file, std::int64_t at, std::size_t length) {
  std::string text(length, '\0');
  file.seekg(at);
  if (!file.read(text.data(), static_cast<std::streamsize>(length))) throw Error("it is cut");
  return text;
}

/// The description, and where it begins.
std::pair<std::string, std::int64_t> description_of(std::ifstream& file, std::int64_t size) {
  const auto tail_length = static_cast<std::int64_t>(kTail), first = static_cast<std::int64_t>(kFirstLine.size());
  if (size < first + tail_length || read_at(file, 0, kFirstLine.size()) != kFirstLine) throw Error("it does not begin as one");
  const std::string tail = read_at(file, size - tail_length, kTail);
  std::int64_t length = -1;
  std::from_chars(tail.data(), tail.data() + kDigits, length);
  if (length < 0 || length > kLongest || length > size - tail_length - first) throw Error("it does not end as one");
  const std::int64_t at = size - tail_length - length;
  std::string text = read_at(file, at, static_cast<std::size_t>(length));
  if (records::text_hash(text) != tail.substr(kDigits + 1, kHash)) throw Error("its description is damaged");
  return {std::move(text), at};
}

std::string tail_of(const std::string& description) {
  std::string digits = std::to_string(description.size());
  digits.insert(0, kDigits - digits.size(), '0');
  return digits + "\n" + records::text_hash(description) + "\n";
}

}  // namespace

std::optional<KeptEntry> read_entry(const fs::path& file) {
  std::error_code missing;
  const auto size = static_cast<std::int64_t>(fs::file_size(file, missing));
  if (missing) return std::nullopt;
  std::ifstream stream(file, std::ios::binary);
  if (!stream) throw Error("it cannot be opened");
  const auto [text, end] = description_of(stream, size);
  return entry_of(parse_own(text, file.string()), end);
}

std::unique_ptr<Payload> read_output(const fs::path& file, const KeptOutput& output, const FindCodec& codecs) {
  const Codec* codec = codecs(output.payload);
  if (!codec) throw Error("no plugin here can read the payload type '" + output.payload + "'");
  std::ifstream stream(file, std::ios::binary);
  const std::vector<std::byte> bytes = read_packed(stream, output.at, output.bytes);
  ByteReader reader(bytes);
  std::unique_ptr<Payload> payload = codec->read(reader);
  ByteReader::require(reader.left() == 0, "it has more data than it says");
  return payload;
}

std::int64_t write_entry(const fs::path& file, KeptEntry& entry, const std::vector<std::string>& ports,
                         std::span<const PayloadPtr> payloads, const FindCodec& codecs) {
  AtomicFile target(file, ".result");
  std::ofstream stream(target.temporary(), std::ios::binary);
  stream << kFirstLine;
  for (std::size_t i = 0; i < payloads.size(); ++i) {
    if (!payloads[i]) continue;
    KeptOutput output{ports[i], std::string(payloads[i]->type()), static_cast<std::int64_t>(stream.tellp()), {}};
    PackingWriter packing(stream);
    ByteWriter writer([&](const void* bytes, std::size_t length) { packing.put(bytes, length); });
    codecs(output.payload)->write(*payloads[i], writer);
    output.bytes = packing.finish();
    entry.outputs.push_back(std::move(output));
  }
  const std::string description = json::write_line(entry_value(entry));
  stream << description << tail_of(description);
  const auto size = static_cast<std::int64_t>(stream.tellp());
  stream.close();
  if (!stream) throw Error(write_failure(file, errno));
  // Not brought to the disk: what a power failure leaves of it is known by its hashes, and made again.
  fs::rename(target.temporary(), file);
  return size;
}

}  // namespace flowrun::results
