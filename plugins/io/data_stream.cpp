#include "data_stream.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string>
#include <utility>
#include <vector>

#include "flowrun/sdk/atomic_file.h"
#include "flowrun/sdk/error.h"

namespace flowrun::io {
namespace {

constexpr std::size_t kBlock = 256 * 1024;
constexpr int kGzipOrZlib = 15 + 32;  // zlib's way to say: find out which by the first bytes

Error cut(const std::filesystem::path& path) {
  return Error("cannot read '" + path.string() +
               "': its compressed data stop in the middle, so the file is cut; copy or make it again");
}

Error damaged(const std::filesystem::path& path) {
  return Error("cannot read '" + path.string() + "': its compressed data are damaged; copy or make it again");
}

}  // namespace

struct DataStream::Inflater {
  z_stream stream{};
  std::vector<unsigned char> input = std::vector<unsigned char>(kBlock);
  bool in_member = false;  // some bytes of a gzip member were taken, its end was not seen
};

DataStream::DataStream(const std::filesystem::path& path, std::uint64_t offset, bool compressed)
    : path_(path), file_(path, std::ios::binary) {
  file_.seekg(static_cast<std::streamoff>(offset));
  if (!file_) throw Error("cannot read '" + path.string() + "': it cannot be opened; check that you may read it");
  if (!compressed) return;
  inflater_ = std::make_unique<Inflater>();
  if (inflateInit2(&inflater_->stream, kGzipOrZlib) != Z_OK) throw Error("cannot read '" + path.string() + "': out of memory");
}

DataStream::~DataStream() {
  if (inflater_) inflateEnd(&inflater_->stream);
}

std::size_t DataStream::read(void* buffer, std::size_t count) {
  auto* bytes = static_cast<unsigned char*>(buffer);
  std::size_t done = 0;
  while (inflater_ && done < count) {
    const std::size_t more = inflate_some(bytes + done, count - done);
    if (more == 0) return done;
    done += more;
  }
  if (inflater_) return done;
  file_.read(reinterpret_cast<char*>(bytes), static_cast<std::streamsize>(count));
  return static_cast<std::size_t>(file_.gcount());
}

/// Takes the next bytes of the file; false at its end.
bool DataStream::fill() {
  z_stream& stream = inflater_->stream;
  if (stream.avail_in > 0) return true;
  file_.read(reinterpret_cast<char*>(inflater_->input.data()), kBlock);
  stream.next_in = inflater_->input.data();
  stream.avail_in = static_cast<uInt>(file_.gcount());
  return stream.avail_in > 0;
}

/// Some bytes, at least one unless the data have ended.
std::size_t DataStream::inflate_some(unsigned char* buffer, std::size_t count) {
  z_stream& stream = inflater_->stream;
  const uInt room = static_cast<uInt>(std::min<std::size_t>(count, 1u << 30));
  stream.next_out = buffer;
  stream.avail_out = room;
  while (!ended_ && stream.avail_out == room) {
    if (!fill()) {
      if (inflater_->in_member) throw cut(path_);
      ended_ = true;
      break;
    }
    inflater_->in_member = true;
    const int status = ::inflate(&stream, Z_NO_FLUSH);
    if (status == Z_STREAM_END) {
      inflater_->in_member = false;
      // Another member may follow; other bytes behind the data are ignored, as gzip itself does.
      if (!fill() || stream.next_in[0] != 0x1f) ended_ = true;
      else inflateReset(&stream);
    } else if (status != Z_OK && status != Z_BUF_ERROR) {
      throw damaged(path_);
    }
  }
  return room - stream.avail_out;
}

std::uint64_t DataStream::skip(std::uint64_t most) {
  std::vector<unsigned char> block(kBlock);
  std::uint64_t total = 0;
  while (total < most) {
    const std::size_t came = read(block.data(), static_cast<std::size_t>(std::min<std::uint64_t>(kBlock, most - total)));
    if (came == 0) break;
    total += came;
  }
  return total;
}

std::uint64_t DataStream::behind_compressed() {
  if (!inflater_ || !ended_) return 0;
  file_.clear();
  const auto at = file_.tellg();
  file_.seekg(0, std::ios::end);
  return static_cast<std::uint64_t>(file_.tellg() - at) + inflater_->stream.avail_in;
}

struct DataWriter::Gzip {
  gzFile file = nullptr;
};

DataWriter::DataWriter(const std::filesystem::path& path, std::filesystem::path shown_as, int level)
    : shown_as_(std::move(shown_as)), gzip_(std::make_unique<Gzip>()) {
  gzip_->file = gzopen(path.c_str(), level == 0 ? "wbT" : ("wb" + std::to_string(level)).c_str());
  if (!gzip_->file) throw Error(write_failure(shown_as_, errno));
  gzbuffer(gzip_->file, kBlock);
}

DataWriter::~DataWriter() {
  if (gzip_->file) gzclose(gzip_->file);
}

void DataWriter::write(const void* bytes, std::size_t count) {
  constexpr std::size_t kMost = std::size_t{1} << 30;  // a call of zlib takes less than 2 GiB
  const auto* from = static_cast<const char*>(bytes);
  while (count > 0) {
    const std::size_t part = std::min(count, kMost);
    if (gzwrite(gzip_->file, from, static_cast<unsigned>(part)) != static_cast<int>(part))
      throw Error(write_failure(shown_as_, errno));
    from += part;
    count -= part;
  }
}

void DataWriter::close() {
  const int status = gzclose(std::exchange(gzip_->file, nullptr));
  if (status != Z_OK) throw Error(write_failure(shown_as_, errno));
}

}  // namespace flowrun::io
