#include "packets.h"

#include <pybind11/numpy.h>
#include <pybind11/stl.h>

#include <cstring>
#include <string>

#include "flowrun/sdk/codec.h"
#include "flowrun/sdk/payloads.h"

namespace flowrun::python {
namespace {

py::dict geometry_dict(const Geometry& geometry) {
  py::dict dict;
  dict["size"] = geometry.size;
  dict["spacing"] = geometry.spacing;
  dict["origin"] = geometry.origin;
  dict["direction"] = geometry.direction;
  return dict;
}

Geometry geometry_of(const py::dict& dict) {
  Geometry geometry;
  geometry.size = dict["size"].cast<decltype(geometry.size)>();
  geometry.spacing = dict["spacing"].cast<decltype(geometry.spacing)>();
  geometry.origin = dict["origin"].cast<decltype(geometry.origin)>();
  geometry.direction = dict["direction"].cast<decltype(geometry.direction)>();
  return geometry;
}

py::dict facts_dict(const ImageFacts& facts) {
  py::dict dict;
  dict["contrast"] = facts.contrast;
  dict["space"] = facts.space;
  dict["kind"] = facts.kind;
  dict["more"] = facts.more;
  return dict;
}

ImageFacts facts_of(const py::dict& dict) {
  return {dict["contrast"].cast<std::string>(), dict["space"].cast<std::string>(), dict["kind"].cast<std::string>(),
          dict["more"].cast<std::map<std::string, std::string>>()};
}

/// The voxels where they lie in the packet, which lives as long as the array. No one may change them.
template <class Image>
py::array voxels_of(const std::shared_ptr<const Image>& image) {
  using Voxel = typename decltype(Image::voxels)::value_type;
  const auto [x, y, z] = image->geometry.size;
  if (static_cast<std::int64_t>(image->voxels.size()) != image->geometry.voxel_count())
    throw Error("the packet has another number of voxels than its grid");
  const py::capsule owner(new std::shared_ptr<const Image>(image),
                          [](void* kept) { delete static_cast<std::shared_ptr<const Image>*>(kept); });
  constexpr std::int64_t kBytes = sizeof(Voxel);
  py::array array(py::dtype::of<Voxel>(), std::vector<py::ssize_t>{x, y, z},
                  std::vector<py::ssize_t>{kBytes, kBytes * x, kBytes * x * y}, image->voxels.data(), owner);
  array.attr("setflags")(py::arg("write") = false);
  return array;
}

template <class Image>
py::dict image_parts(const PayloadPtr& payload) {
  const auto image = std::static_pointer_cast<const Image>(payload);
  py::dict parts;
  parts["voxels"] = voxels_of(image);
  parts["geometry"] = geometry_dict(image->geometry);
  parts["facts"] = facts_dict(image->facts);
  parts["source"] = image->source;
  if constexpr (std::is_same_v<Image, Labels>) parts["names"] = image->names;
  return parts;
}

py::object parts_of(const Packet& packet) {
  const std::string_view type = packet.payload->type();
  if (type == Volume::kType) return image_parts<Volume>(packet.payload);
  if (type == Mask::kType) return image_parts<Mask>(packet.payload);
  if (type == Labels::kType) return image_parts<Labels>(packet.payload);
  return py::none();
}

py::object bytes_of(const Packet& packet) {
  const Codec* codec = standard_codec(packet.payload->type());
  if (!codec) return py::none();
  std::string bytes;
  ByteWriter writer([&](const void* from, std::size_t length) { bytes.append(static_cast<const char*>(from), length); });
  codec->write(*packet.payload, writer);
  return py::bytes(bytes);
}

template <class Image>
Packet make_image(const py::array& voxels, const py::dict& parts) {
  using Voxel = typename decltype(Image::voxels)::value_type;
  auto image = std::make_shared<Image>();
  image->geometry = geometry_of(parts["geometry"]);
  image->facts = facts_of(parts["facts"]);
  image->source = parts["source"].cast<std::string>();
  if constexpr (std::is_same_v<Image, Labels>) image->names = parts["names"].cast<std::map<std::int32_t, std::string>>();
  // Equal types may be several objects, as those of files and of pickle are.
  const bool fits = voxels.dtype().equal(py::dtype::of<Voxel>()) && (voxels.flags() & py::array::f_style) &&
                    voxels.size() == image->geometry.voxel_count();
  if (!fits) throw Error("the array does not fit its grid, or is not in the order and type of a packet");
  const auto* first = static_cast<const Voxel*>(voxels.data());
  const std::size_t count = static_cast<std::size_t>(voxels.size());
  const py::gil_scoped_release released;
  image->voxels.assign(first, first + count);
  return {image};
}

Packet image_packet(const std::string& type, const py::array& voxels, const py::dict& parts) {
  if (type == Volume::kType) return make_image<Volume>(voxels, parts);
  if (type == Mask::kType) return make_image<Mask>(voxels, parts);
  if (type == Labels::kType) return make_image<Labels>(voxels, parts);
  throw Error("'" + type + "' is no image");
}

Packet packet_of(const std::string& type, const py::bytes& bytes) {
  const Codec* codec = standard_codec(type);
  if (!codec) throw Error("packets of type '" + type + "' cannot be made in Python");
  const std::string_view view = bytes;
  ByteReader reader({reinterpret_cast<const std::byte*>(view.data()), view.size()});
  Packet packet{codec->read(reader)};
  ByteReader::require(reader.left() == 0, "it has more data than it says");
  return packet;
}

}  // namespace

void define_packets(py::module_& module) {
  py::class_<Packet>(module, "Packet", "What travels along an edge of a graph; it never changes.")
      .def_property_readonly("type", [](const Packet& packet) { return std::string(packet.payload->type()); })
      .def_property_readonly("nbytes", [](const Packet& packet) { return packet.payload->bytes(); })
      .def("parts", parts_of, "Of an image: voxels (x, y, z), geometry, facts, source; None of others.")
      .def("encoded", bytes_of, "As its codec writes it; None where flowrun itself has no codec.")
      .def("__repr__", [](const Packet& packet) { return "<packet " + std::string(packet.payload->type()) + ">"; });
  module.def("image_packet", image_packet, "A packet with a copy of the voxels, an array in Fortran order.");
  module.def("packet_of", packet_of, "A packet from the bytes of its codec.");
}

}  // namespace flowrun::python
