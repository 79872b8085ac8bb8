#include <bit>
#include <cmath>
#include <cstring>
#include <fstream>
#include <limits>
#include <optional>

#include "flowrun/host/replay.h"
#include "flowrun/sdk/atomic_file.h"
#include "flowrun/host/file_content.h"
#include "flowrun/sdk/error.h"
#include "flowrun/sdk/payloads.h"
#include "json/json.h"

namespace flowrun {
namespace {

using json::Kind;
using json::Value;

static_assert(std::endian::native == std::endian::little,
              "packet files are little-endian, as memory is on the machines known so far");

constexpr std::string_view kFirstLine = "flowrun packet 1\n";

// ---- writing

class PacketWriter {
 public:
  PacketWriter(const std::filesystem::path& file, Value header)
      : file_(file, ".packet"), stream_(file_.temporary(), std::ios::binary) {
    const std::string text = json::write_line(header);
    const std::uint64_t length = text.size();
    stream_ << kFirstLine;
    stream_.write(reinterpret_cast<const char*>(&length), sizeof length);
    stream_ << text;
  }
  template <class T>
  void add(const std::vector<T>& values) {
    stream_.write(reinterpret_cast<const char*>(values.data()), static_cast<std::streamsize>(values.size() * sizeof(T)));
  }
  void commit() {
    stream_.close();
    if (!stream_) throw Error(write_failure(file_.target(), errno));
    file_.commit();
  }

 private:
  AtomicFile file_;
  std::ofstream stream_;
};

template <class T>
Value numbers(const T& values) {
  Value list = Value::array();
  for (const auto& value : values) list.push(Value(value));
  return list;
}

Value geometry_value(const Geometry& geometry) {
  return Value::object()
      .set("size", numbers(geometry.size))
      .set("spacing", numbers(geometry.spacing))
      .set("origin", numbers(geometry.origin))
      .set("direction", numbers(geometry.direction));
}

template <class T>
Value head(const T& payload) {
  return Value::object().set("type", T::kType).set("geometry", geometry_value(payload.geometry));
}

Value cell_value(const Table::Cell& cell) {
  if (const auto* text = std::get_if<std::string>(&cell)) return Value(*text);
  if (const auto* whole = std::get_if<std::int64_t>(&cell)) return Value(*whole);
  const double number = std::get<double>(cell);
  if (std::isfinite(number)) return Value::object().set("number", number);
  return Value::object().set("number", std::isnan(number) ? "nan" : number > 0 ? "inf" : "-inf");
}

Value table_head(const Table& table) {
  Value rows = Value::array();
  for (const auto& row : table.rows) {
    Value cells = Value::array();
    for (const Table::Cell& cell : row) cells.push(cell_value(cell));
    rows.push(std::move(cells));
  }
  return Value::object().set("type", Table::kType).set("columns", Value(table.columns)).set("rows", std::move(rows));
}

template <class T>
void write_voxels(const std::filesystem::path& file, const T& image) {
  PacketWriter writer(file, head(image).set("source", image.source).set("voxels", image.voxels.size()));
  writer.add(image.voxels);
  writer.commit();
}

// ---- reading

[[noreturn]] void refuse(const std::string& reason) { throw Error(reason); }

const Value& member(const Value& object, const std::string& name, Kind kind) {
  const Value* found = object.find(name);
  if (!found || !found->is(kind)) refuse("its header has no '" + name + "' that is " + std::string(to_string(kind)));
  return *found;
}

/// A product of sizes, or an Error where one is negative or the product is too large to count.
std::int64_t product(std::initializer_list<std::int64_t> factors) {
  std::int64_t total = 1;
  for (const std::int64_t factor : factors) {
    if (factor < 0 || __builtin_mul_overflow(total, factor, &total)) refuse("its header holds a size that cannot be");
  }
  return total;
}

class PacketReader {
 public:
  explicit PacketReader(const std::filesystem::path& file) {
    read_plain_file(file, 1);  // refuses what is no plain file: opening a named pipe would wait
    stream_.open(file, std::ios::binary);
    if (!stream_) refuse("it cannot be opened");
    left_ = static_cast<std::int64_t>(std::filesystem::file_size(file));
    std::string first(kFirstLine.size(), '\0');
    take(first.data(), static_cast<std::int64_t>(first.size()));
    if (first != kFirstLine) refuse("it does not begin as one");
    std::uint64_t length = 0;
    take(reinterpret_cast<char*>(&length), sizeof length);
    if (length > static_cast<std::uint64_t>(left_)) refuse("its header is cut");
    std::string text(length, '\0');
    take(text.data(), static_cast<std::int64_t>(length));
    Faults faults;
    std::optional<Value> tree = json::parse(text, "header", faults, text.size());
    if (!tree || faults.has_errors()) refuse(faults.all().empty() ? "its header is no JSON" : to_string(faults.all().front()));
    header = std::move(*tree);
  }

  std::int64_t count(const std::string& name) const {
    const std::int64_t value = member(header, name, Kind::integer).integer();
    if (value < 0) refuse("its header's '" + name + "' is negative");
    return value;
  }
  std::string text(const std::string& name) const { return member(header, name, Kind::string).text(); }

  template <class T>
  std::vector<T> array(std::int64_t count) {
    if (count > left_ / static_cast<std::int64_t>(sizeof(T))) refuse("its data are cut");
    std::vector<T> values(static_cast<std::size_t>(count));
    take(reinterpret_cast<char*>(values.data()), count * static_cast<std::int64_t>(sizeof(T)));
    return values;
  }
  /// Ascending indices of a grid's voxels.
  std::vector<std::int64_t> indices(std::int64_t count, const Geometry& geometry, bool ascending) {
    std::vector<std::int64_t> values = array<std::int64_t>(count);
    std::int64_t before = -1;
    for (const std::int64_t index : values) {
      if (index < 0 || index >= geometry.voxel_count() || (ascending && index <= before))
        refuse("it holds a voxel index that does not fit its grid or its order");
      before = index;
    }
    return values;
  }
  void end() const {
    if (left_ != 0) refuse("it has more data than its header tells");
  }

  Geometry geometry() const {
    const Value& value = member(header, "geometry", Kind::object);
    Geometry read;
    const Value::Array& sizes = member(value, "size", Kind::array).items();
    if (sizes.size() != 3) refuse("its grid has no three sizes");
    for (std::size_t i = 0; i < 3; ++i) read.size[i] = sizes[i].integer();
    product({read.size[0], read.size[1], read.size[2]});
    fill(value, "spacing", read.spacing);
    fill(value, "origin", read.origin);
    fill(value, "direction", read.direction);
    return read;
  }

  Value header;

 private:
  template <class Numbers>
  static void fill(const Value& value, const std::string& name, Numbers& numbers) {
    const Value::Array& items = member(value, name, Kind::array).items();
    if (items.size() != numbers.size()) refuse("its grid's '" + name + "' has another length");
    for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] = items[i].number();
  }
  void take(char* to, std::int64_t bytes) {
    if (bytes > left_ || !stream_.read(to, bytes)) refuse("it is cut");
    left_ -= bytes;
  }

  std::ifstream stream_;
  std::int64_t left_ = 0;
};

template <class T, class Voxel>
std::unique_ptr<Payload> read_image(PacketReader& reader) {
  auto image = std::make_unique<T>();
  image->geometry = reader.geometry();
  image->source = reader.text("source");
  if (reader.count("voxels") != image->geometry.voxel_count()) refuse("its voxels and its grid do not fit");
  image->voxels = reader.array<Voxel>(image->geometry.voxel_count());
  return image;
}

std::unique_ptr<Payload> read_list(PacketReader& reader) {
  auto list = std::make_unique<VoxelList>();
  list->geometry = reader.geometry();
  list->source = reader.text("source");
  list->voxels = reader.indices(reader.count("voxels"), list->geometry, true);
  return list;
}

std::unique_ptr<Payload> read_patches(PacketReader& reader) {
  auto batch = std::make_unique<PatchBatch>();
  batch->geometry = reader.geometry();
  batch->channels = reader.count("channels");
  const Value::Array& size = member(reader.header, "size", Kind::array).items();
  if (size.size() != 3) refuse("its patches have no three sizes");
  for (std::size_t i = 0; i < 3; ++i) batch->size[i] = size[i].integer();
  const std::int64_t count = reader.count("voxels");
  const std::int64_t values = product({count, batch->channels, batch->size[0], batch->size[1], batch->size[2]});
  batch->voxels = reader.indices(count, batch->geometry, false);
  batch->values = reader.array<float>(values);
  return batch;
}

std::unique_ptr<Payload> read_scores(PacketReader& reader) {
  auto scores = std::make_unique<Scores>();
  scores->geometry = reader.geometry();
  scores->classes = reader.count("classes");
  const std::int64_t count = reader.count("voxels");
  const std::int64_t values = product({count, scores->classes});
  scores->voxels = reader.indices(count, scores->geometry, false);
  scores->values = reader.array<float>(values);
  return scores;
}

Table::Cell read_cell(const Value& value) {
  if (value.is(Kind::string)) return value.text();
  if (value.is(Kind::integer)) return value.integer();
  const Value* number = value.find("number");
  if (!number) refuse("it holds a cell that is neither text nor number");
  if (!number->is(Kind::string)) return number->number();
  if (number->text() == "nan") return std::nan("");
  return number->text() == "inf" ? std::numeric_limits<double>::infinity() : -std::numeric_limits<double>::infinity();
}

std::unique_ptr<Payload> read_table(PacketReader& reader) {
  auto table = std::make_unique<Table>();
  for (const Value& column : member(reader.header, "columns", Kind::array).items()) table->columns.push_back(column.text());
  for (const Value& row : member(reader.header, "rows", Kind::array).items()) {
    auto& cells = table->rows.emplace_back();
    for (const Value& cell : row.items()) cells.push_back(read_cell(cell));
    if (cells.size() != table->columns.size()) refuse("it has a row that does not fit its columns");
  }
  return table;
}

std::unique_ptr<Payload> read_any(PacketReader& reader) {
  const std::string type = reader.text("type");
  if (type == Volume::kType) return read_image<Volume, float>(reader);
  if (type == Mask::kType) return read_image<Mask, std::uint8_t>(reader);
  if (type == VoxelList::kType) return read_list(reader);
  if (type == PatchBatch::kType) return read_patches(reader);
  if (type == Scores::kType) return read_scores(reader);
  if (type == Table::kType) return read_table(reader);
  refuse("its payload type '" + type + "' is none of flowrun's own");
}

}  // namespace

bool can_keep_packet(std::string_view type) {
  for (const std::string_view known :
       {Volume::kType, Mask::kType, VoxelList::kType, PatchBatch::kType, Scores::kType, Table::kType})
    if (type == known) return true;
  return false;
}

void write_packet(const std::filesystem::path& file, const Payload& payload) {
  if (const auto* volume = payload_cast<Volume>(&payload)) return write_voxels(file, *volume);
  if (const auto* mask = payload_cast<Mask>(&payload)) return write_voxels(file, *mask);
  if (const auto* list = payload_cast<VoxelList>(&payload)) return write_voxels(file, *list);
  if (const auto* table = payload_cast<Table>(&payload)) return PacketWriter(file, table_head(*table)).commit();
  if (const auto* batch = payload_cast<PatchBatch>(&payload)) {
    PacketWriter writer(
        file,
        head(*batch).set("channels", batch->channels).set("size", numbers(batch->size)).set("voxels", batch->voxels.size()));
    writer.add(batch->voxels);
    writer.add(batch->values);
    return writer.commit();
  }
  if (const auto* scores = payload_cast<Scores>(&payload)) {
    PacketWriter writer(file, head(*scores).set("classes", scores->classes).set("voxels", scores->voxels.size()));
    writer.add(scores->voxels);
    writer.add(scores->values);
    return writer.commit();
  }
  throw Error("packets of type '" + std::string(payload.type()) +
              "' cannot be kept: only the plugin that made them knows what they hold");
}

std::unique_ptr<Payload> read_packet(const std::filesystem::path& file) {
  try {
    PacketReader reader(file);
    std::unique_ptr<Payload> payload = read_any(reader);
    reader.end();
    return payload;
  } catch (const std::exception& reason) {
    throw Error("'" + file.string() + "' is not a packet: " + reason.what());
  }
}

}  // namespace flowrun
