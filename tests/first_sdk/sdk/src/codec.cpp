#include "flowrun/sdk/codec.h"

#include <bit>

namespace flowrun {

static_assert(std::endian::native == std::endian::little, "codecs are little-endian, as memory is on the machines known so far");

void ByteWriter::text(std::string_view text) {
  number(static_cast<std::uint64_t>(text.size()));
  put_(text.data(), text.size());
}

void ByteWriter::geometry(const Geometry& geometry) {
  for (const std::int64_t size : geometry.size) number(size);
  for (const double spacing : geometry.spacing) number(spacing);
  for (const double origin : geometry.origin) number(origin);
  for (const double cosine : geometry.direction) number(cosine);
}

void ByteWriter::facts(const ImageFacts& facts) {
  text(facts.contrast);
  text(facts.space);
  text(facts.kind);
  number(static_cast<std::uint64_t>(facts.more.size()));
  for (const auto& [name, value] : facts.more) {
    text(name);
    text(value);
  }
}

std::string ByteReader::text() {
  const std::uint64_t length = number<std::uint64_t>();
  if (length > left()) throw Error("its data are cut");
  const auto bytes = take(static_cast<std::size_t>(length));
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::size_t ByteReader::count(std::size_t least) {
  const std::uint64_t count = number<std::uint64_t>();
  if (count > left() / least) throw Error("its data are cut");
  return static_cast<std::size_t>(count);
}

Geometry ByteReader::geometry() {
  Geometry geometry;
  std::int64_t voxels = 1;
  for (std::int64_t& size : geometry.size) {
    size = number<std::int64_t>();
    require(size >= 0 && !__builtin_mul_overflow(voxels, size, &voxels), "its grid has a size that cannot be");
  }
  for (double& spacing : geometry.spacing) spacing = number<double>();
  for (double& origin : geometry.origin) origin = number<double>();
  for (double& cosine : geometry.direction) cosine = number<double>();
  return geometry;
}

ImageFacts ByteReader::facts() {
  ImageFacts facts;
  facts.contrast = text();
  facts.space = text();
  facts.kind = text();
  const std::size_t count = this->count(2 * sizeof(std::uint64_t));
  std::string before;
  for (std::size_t i = 0; i < count; ++i) {
    std::string name = text();
    require(i == 0 || before < name, "its facts are not in order");
    facts.more[name] = text();
    before = std::move(name);
  }
  return facts;
}

}  // namespace flowrun
