#include "results/packed_bytes.h"

#include <zstd.h>

#include <algorithm>

#include "flowrun/sdk/error.h"

namespace flowrun::results {
namespace {

constexpr std::size_t kSample = std::size_t{1} << 18;
constexpr std::size_t kPart = std::size_t{1} << 20;
constexpr int kLevel = 1;

/// Noise hardly becomes smaller, and packing it takes longer than reading it.
bool pays(const std::vector<char>& sample) {
  std::vector<char> packed(ZSTD_compressBound(sample.size()));
  const std::size_t size = ZSTD_compress(packed.data(), packed.size(), sample.data(), sample.size(), kLevel);
  return !ZSTD_isError(size) && size * 4 < sample.size() * 3;
}

}  // namespace

struct PackingWriter::Packer {
  std::unique_ptr<ZSTD_CCtx, decltype(&ZSTD_freeCCtx)> context{ZSTD_createCCtx(), ZSTD_freeCCtx};
  std::vector<char> buffer = std::vector<char>(ZSTD_CStreamOutSize());
};

PackingWriter::PackingWriter(std::ofstream& file) : file_(file) {}
PackingWriter::~PackingWriter() = default;

void PackingWriter::put(const void* bytes, std::size_t length) {
  result_.bytes += static_cast<std::int64_t>(length);
  const char* from = static_cast<const char*>(bytes);
  if (!chosen_) {
    const std::size_t part = std::min(length, kSample - first_.size());
    first_.insert(first_.end(), from, from + part);
    from += part;
    length -= part;
    if (first_.size() < kSample) return;
    choose();
  }
  pass(from, length, false);
}

void PackingWriter::choose() {
  chosen_ = true;
  result_.packed = pays(first_);
  if (result_.packed) {
    packer_ = std::make_unique<Packer>();
    ZSTD_CCtx_setParameter(packer_->context.get(), ZSTD_c_compressionLevel, kLevel);
  }
  pass(first_.data(), first_.size(), false);
  first_ = {};
}

void PackingWriter::pass(const void* bytes, std::size_t length, bool last) {
  if (!packer_) return store(bytes, length);
  ZSTD_inBuffer in{bytes, length, 0};
  const ZSTD_EndDirective directive = last ? ZSTD_e_end : ZSTD_e_continue;
  for (bool more = true; more;) {
    ZSTD_outBuffer out{packer_->buffer.data(), packer_->buffer.size(), 0};
    const std::size_t left = ZSTD_compressStream2(packer_->context.get(), &out, &in, directive);
    if (ZSTD_isError(left)) throw Error(std::string("zstd: ") + ZSTD_getErrorName(left));
    store(out.dst, out.pos);
    more = last ? left > 0 : in.pos < in.size;
  }
}

void PackingWriter::store(const void* bytes, std::size_t length) {
  hash_.add(bytes, length);
  result_.stored += static_cast<std::int64_t>(length);
  file_.write(static_cast<const char*>(bytes), static_cast<std::streamsize>(length));
  if (!file_) throw Error("the disk does not take it");
}

PackedBytes PackingWriter::finish() {
  if (!chosen_) choose();
  if (packer_) pass(nullptr, 0, true);
  result_.sha256 = hash_.digits();
  return result_;
}

std::vector<std::byte> read_packed(std::ifstream& file, std::int64_t at, const PackedBytes& what) {
  std::vector<std::byte> stored(static_cast<std::size_t>(what.stored));
  file.clear();
  file.seekg(at);
  file.read(reinterpret_cast<char*>(stored.data()), static_cast<std::streamsize>(stored.size()));
  if (!file) throw Error("it is cut");
  records::Sha256 hash;
  hash.add(stored.data(), stored.size());
  if (hash.digits() != what.sha256) throw Error("its bytes are not those that were written");
  if (!what.packed) return stored;
  std::vector<std::byte> bytes(static_cast<std::size_t>(what.bytes));
  const std::size_t size = ZSTD_decompress(bytes.data(), bytes.size(), stored.data(), stored.size());
  if (ZSTD_isError(size) || size != bytes.size()) throw Error("it cannot be unpacked");
  return bytes;
}

}  // namespace flowrun::results
