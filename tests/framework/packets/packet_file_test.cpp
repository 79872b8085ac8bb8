#include <doctest/doctest.h>

#include <unistd.h>

#include <array>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>

#include "flowrun/host/replay.h"
#include "flowrun/sdk/error.h"
#include "flowrun/sdk/payloads.h"
#include "flowrun/sdk/transform.h"

namespace {

using namespace flowrun;
namespace fs = std::filesystem;

struct Folder {
  Folder() : path(fs::temp_directory_path() / ("flowrun-packets-" + std::to_string(getpid()))) { fs::create_directories(path); }
  ~Folder() { fs::remove_all(path); }
  fs::path path;
};

struct Own : PayloadOf<Own> {
  static constexpr std::string_view kType = "own.thing/1";
  std::size_t bytes() const noexcept override { return 1; }
};

Geometry grid() { return {{2, 3, 4}, {1, 0.5, 0.1}, {-7.25, 1e-3, 3}, {0, 1, 0, 1, 0, 0, 0, 0, -1}}; }

template <class T>
T there_and_back(const T& payload) {
  const Folder folder;
  write_packet(folder.path / "a.packet", payload);
  const auto back = read_packet(folder.path / "a.packet");
  const T* read = payload_cast<T>(back.get());
  REQUIRE(read);
  return *read;
}

/// Why a payload cannot be written; nothing is left of it then.
std::string unwritable(const Payload& payload) {
  const Folder folder;
  try {
    write_packet(folder.path / "a.packet", payload);
    return "";
  } catch (const UnwritablePayload& fault) {
    CHECK(fs::is_empty(folder.path));
    return fault.what();
  }
}

/// The sentence for a packet whose text was changed somewhere.
std::string refusal(const std::function<void(std::string&)>& damage) {
  const Folder folder;
  Volume volume;
  volume.geometry = grid();
  volume.voxels.assign(24, 1.5F);
  const fs::path file = folder.path / "a.packet";
  write_packet(file, volume);
  std::ostringstream bytes;
  bytes << std::ifstream(file, std::ios::binary).rdbuf();
  std::string text = bytes.str();
  damage(text);
  std::ofstream(file, std::ios::binary) << text;
  try {
    read_packet(file);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

/// Where the payload's own bytes begin: behind the first line and the type's name with its length.
constexpr std::size_t kPayloadAt = 17 + 8 + 16;

template <class T>
void put(std::string& text, std::size_t at, T value) {
  std::memcpy(text.data() + at, &value, sizeof value);
}

bool ends_with(const std::string& text, const std::string& end) {
  return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

}  // namespace

TEST_CASE("packet: every payload of the SDK comes back as it was, bit by bit") {
  Volume volume;
  volume.geometry = grid();
  volume.source = "p07/flair.nii.gz";
  for (int i = 0; i < 24; ++i) volume.voxels.push_back(std::sqrt(static_cast<float>(i)));
  CHECK(there_and_back(volume).voxels == volume.voxels);
  CHECK(there_and_back(volume).geometry == volume.geometry);
  CHECK(there_and_back(volume).source == volume.source);
  Mask mask;
  mask.geometry = grid();
  mask.voxels.assign(24, 200);
  CHECK(there_and_back(mask).voxels == mask.voxels);
  VoxelList list;
  list.geometry = grid();
  list.voxels = {0, 5, 23};
  CHECK(there_and_back(list).voxels == list.voxels);
  PatchBatch batch;
  batch.geometry = grid();
  batch.voxels = {3, 1};
  batch.channels = 2;
  batch.size = {1, 3, 1};
  batch.values = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, -0.0F};
  CHECK(there_and_back(batch).values == batch.values);
  CHECK(there_and_back(batch).size == batch.size);
  Scores scores;
  scores.geometry = grid();
  scores.voxels = {4};
  scores.classes = 2;
  scores.values = {0.25F, 0.75F};
  CHECK(there_and_back(scores).values == scores.values);
  Table table;
  table.columns = {"name", "count", "dice"};
  table.rows = {{std::string("a,\"b\""), std::int64_t{7}, 0.1}, {std::string(), std::int64_t{-1}, 2.0}};
  CHECK(there_and_back(table).columns == table.columns);
  CHECK(there_and_back(table).rows == table.rows);
}

TEST_CASE("packet: what an image is, labels and transforms come back too") {
  Labels labels;
  labels.geometry = grid();
  labels.voxels.assign(24, 70000);
  labels.names = {{-1, "unknown"}, {70000, "lesion"}};
  labels.facts = {"FLAIR", "MNI", std::string(kLabels), {{"echo_time", "0.1"}, {"site", ""}}};
  CHECK(there_and_back(labels).voxels == labels.voxels);
  CHECK(there_and_back(labels).names == labels.names);
  CHECK(there_and_back(labels).facts == labels.facts);
  Number number;
  number.value = 0.1;
  number.unit = "ml";
  CHECK(there_and_back(number).value == number.value);
  CHECK(there_and_back(number).unit == number.unit);
  Transform transform = affine_transform({1, 0, 0, 5, 0, 1, 0, -2, 0, 0, 1, 0.5}, "T1", "FLAIR");
  TransformStep field;
  field.grid = grid();
  field.displacement.assign(3 * 24, 0.25F);
  field.inverse = true;
  transform.steps.push_back(field);
  const Transform back = there_and_back(transform);
  CHECK(back.from == "T1");
  CHECK(back.to == "FLAIR");
  REQUIRE(back.steps.size() == 2);
  CHECK(back.steps[0].matrix == transform.steps[0].matrix);
  CHECK(back.steps[1].displacement == field.displacement);
  CHECK(back.steps[1].inverse);
}

TEST_CASE("packet: a file that lies about its sizes is refused before anything is allocated") {
  CHECK(ends_with(refusal([](std::string& text) { text.pop_back(); }), "is not a packet: its data are cut"));
  CHECK(ends_with(refusal([](std::string& text) { text += "x"; }), "it has more data than it says"));
  CHECK(ends_with(refusal([](std::string& text) { text[0] = 'F'; }), "it does not begin as one"));
  CHECK(ends_with(refusal([](std::string& text) { text.resize(20); }), "its data are cut"));
  CHECK(ends_with(refusal([](std::string& text) { put(text, 17, ~std::uint64_t{0}); }), "its data are cut"));
  const auto with_sizes = [](std::array<std::int64_t, 3> sizes) {
    return refusal([&](std::string& text) { put(text, kPayloadAt, sizes); });
  };
  CHECK(ends_with(with_sizes({2, 3, 9}), "an array does not fit the sizes that belong to it"));
  CHECK(ends_with(with_sizes({2, -3, -4}), "its grid has a size that cannot be"));
  CHECK(ends_with(with_sizes({std::int64_t{1} << 62, std::int64_t{1} << 62, 2}), "its grid has a size that cannot be"));
  CHECK(ends_with(refusal([](std::string& text) {
                    put(text, kPayloadAt, std::array<std::int64_t, 3>{1000000, 1000000, 1000});
                    put(text, text.size() - 24 * sizeof(float) - 8, std::uint64_t{1000000000000000});
                  }),
                  "its data are cut"));
  CHECK(ends_with(refusal([](std::string& text) { text[kPayloadAt - 1] = '9'; }),
                  "no plugin here can read the payload type 'flowrun.volume/9'"));
}

TEST_CASE("packet: patches of a size that cannot be are refused even where there is none of them") {
  CHECK_THROWS_WITH_AS(read_packet(FLOWRUN_SOURCE_DIR "/tests/fuzz/corpus/packet/regressions/patches_of_impossible_size"),
                       doctest::Contains("it has a size that cannot be"), Error);
  PatchBatch none;
  none.geometry = grid();
  none.channels = std::int64_t{1} << 62;
  none.size = {4, 4, 4};
  CHECK(unwritable(none).find("it has a size that cannot be") != std::string::npos);
}

TEST_CASE("packet: a payload without a codec cannot be kept, with one it can") {
  const Folder folder;
  CHECK_THROWS_WITH_AS(write_packet(folder.path / "a.packet", Own()),
                       "packets of type 'own.thing/1' cannot be kept: the plugin that made them has no codec for them", Error);
  CHECK(fs::is_empty(folder.path));
  const Codec own = codec<Own>([](const Own&, ByteWriter& bytes) { bytes.text("own"); },
                               [](ByteReader& bytes) {
                                 ByteReader::require(bytes.text() == "own", "it is not own");
                                 return Own();
                               });
  const FindCodec find = [&](std::string_view type) { return type == Own::kType ? &own : nullptr; };
  write_packet(folder.path / "a.packet", Own(), find);
  CHECK(read_packet(folder.path / "a.packet", find)->type() == Own::kType);
}

TEST_CASE("packet: what could not be read back is not written") {
  Volume volume;
  volume.geometry = grid();
  CHECK(unwritable(volume) == "the flowrun.volume/1 cannot be written: it has 0 voxels where its sizes make 24");
  Scores scores;
  scores.geometry = grid();
  scores.voxels = {1, 2};
  scores.classes = 2;
  scores.values = {1, 2, 3};
  CHECK(unwritable(scores) == "the flowrun.scores/1 cannot be written: it has 3 values where its sizes make 4");
  Table table;
  table.columns = {"a", "b"};
  table.rows = {{std::int64_t{1}}};
  CHECK(unwritable(table) == "the flowrun.table/1 cannot be written: it has 1 cells in a row where its sizes make 2");
}
