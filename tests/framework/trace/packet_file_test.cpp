#include <doctest/doctest.h>

#include <unistd.h>

#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>

#include "flowrun/host/replay.h"
#include "flowrun/sdk/error.h"
#include "flowrun/sdk/payloads.h"

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

void replace(std::string& text, const std::string& old_text, const std::string& new_text) {
  REQUIRE(text.find(old_text) != std::string::npos);
  text.replace(text.find(old_text), old_text.size(), new_text);
}

/// The header's length stands in eight bytes behind the first line.
void replace_in_header(std::string& text, const std::string& old_text, const std::string& new_text) {
  constexpr std::size_t kLengthAt = 17;
  replace(text, old_text, new_text);
  std::uint64_t length = 0;
  std::memcpy(&length, text.data() + kLengthAt, sizeof length);
  length += new_text.size() - old_text.size();
  std::memcpy(text.data() + kLengthAt, &length, sizeof length);
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

TEST_CASE("packet: a file that lies about its sizes is refused before anything is allocated") {
  CHECK(ends_with(refusal([](std::string& text) { text.pop_back(); }), "is not a packet: its data are cut"));
  CHECK(ends_with(refusal([](std::string& text) { text += "x"; }), "it has more data than its header tells"));
  CHECK(ends_with(refusal([](std::string& text) { text[0] = 'F'; }), "it does not begin as one"));
  CHECK(ends_with(refusal([](std::string& text) { text.resize(20); }), "it is cut"));
  CHECK(ends_with(refusal([](std::string& text) { text[24] = '\x7f'; }), "its header is cut"));
  CHECK(ends_with(refusal([](std::string& text) { replace(text, "[2,3,4]", "[2,3,9]"); }), "its voxels and its grid do not fit"));
  const auto with_size = [](const std::string& size) {
    return refusal([&](std::string& text) { replace_in_header(text, "[2,3,4]", size); });
  };
  CHECK(ends_with(with_size("[6,4]"), "its grid has no three sizes"));
  CHECK(ends_with(with_size("[2,-3,-4]"), "its header holds a size that cannot be"));
  CHECK(ends_with(with_size("[4611686018427387904,4611686018427387904,2]"), "its header holds a size that cannot be"));
  CHECK(ends_with(refusal([](std::string& text) {
                    replace_in_header(text, "[2,3,4]", "[1000000,1000000,1000]");
                    replace_in_header(text, "\"voxels\":24", "\"voxels\":1000000000000000");
                  }),
                  "its data are cut"));
  CHECK(ends_with(refusal([](std::string& text) { replace(text, "flowrun.volume/1", "flowrun.volume/9"); }),
                  "its payload type 'flowrun.volume/9' is none of flowrun's own"));
}

TEST_CASE("packet: what only a plugin knows cannot be kept, and that is said") {
  const Folder folder;
  CHECK_FALSE(can_keep_packet(Own::kType));
  CHECK(can_keep_packet(Table::kType));
  CHECK_THROWS_WITH_AS(write_packet(folder.path / "a.packet", Own()),
                       "packets of type 'own.thing/1' cannot be kept: only the plugin that made them knows what they hold",
                       Error);
  CHECK(fs::is_empty(folder.path));
}
