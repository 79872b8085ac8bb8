// The MetaImage header (itk.org/Wiki/MetaIO/Documentation), for images with one number a voxel.
#include <algorithm>
#include <bit>
#include <cmath>
#include <map>

#include "file_image.h"
#include "image_header.h"
#include "length_unit.h"
#include "text_header.h"

namespace flowrun::io {
namespace {

bool is_true(const std::string& text) { return !text.empty() && (text[0] == 'T' || text[0] == 't' || text[0] == '1'); }

/// The numbers of a field that has several names, of which one counts.
std::vector<double> numbers_by_names(const TextHeader& header, std::initializer_list<const char*> names, std::size_t count) {
  std::vector<double> found;
  std::string first;
  for (const char* name : names) {
    const std::vector<double> numbers = header.numbers(name, count);
    if (!found.empty() && !numbers.empty() && found != numbers)
      header.refuse_field(name, "and another field of the same meaning (" + header.name_of(first) + ") says something else");
    if (found.empty() && !numbers.empty()) first = name;
    if (found.empty()) found = numbers;
  }
  return found;
}

/// Three axes; more must have one sample each.
std::array<std::int64_t, 3> size_of_image(const TextHeader& header) {
  const std::string dimensions = header.field("ndims");
  if (dimensions.size() != 1 || dimensions[0] < '1' || dimensions[0] > '9')
    refuse(header.file, "its MetaImage header says NDims = " + printable(dimensions.substr(0, 100)) + "; 3 is expected");
  const std::vector<std::int64_t> sizes = axis_sizes(header, dimensions, header.field("dimsize"));
  require_one_volume(header.file, sizes);
  const std::string channels = header.field("elementnumberofchannels");
  if (!channels.empty() && channels != "1")
    refuse(header.file, "it has " + printable(channels.substr(0, 20)) +
                            " numbers a voxel (channels); an image with one number a voxel is expected");
  return {sizes[0], sizes[1], sizes[2]};
}

void place(const TextHeader& header, FileImage& image) {
  const auto axes = static_cast<std::size_t>(std::stoll(header.field("ndims")));
  const auto turn = numbers_by_names(header, {"transformmatrix", "rotation", "orientation"}, axes * axes);
  const auto offset = numbers_by_names(header, {"offset", "position", "origin"}, axes);
  auto spacing = header.numbers("elementspacing", axes);
  if (spacing.empty()) spacing = header.numbers("elementsize", axes);
  if (spacing.empty()) {
    spacing.assign(axes, 1);
    image.doubts.add_unsaid("the voxel size (no ElementSpacing; 1 mm is taken)");
  }
  if (std::any_of(spacing.begin(), spacing.begin() + 3, [](double step) { return !(step > 0 && std::isfinite(step)); }))
    refuse(header.file, "its voxel size is " + number_text(spacing[0]) + " x " + number_text(spacing[1]) + " x " +
                            number_text(spacing[2]) + " mm; each must be above 0, so correct the header");
  const auto unit = millimetres_of(header.field("distanceunits"));
  if (!unit) header.refuse_field("distanceunits", "mm, um or cm is expected");
  for (std::size_t row = 0; row < 3; ++row) {
    for (std::size_t axis = 0; axis < 3; ++axis) {
      const double cosine = turn.empty() ? (row == axis ? 1 : 0) : turn[axes * axis + row];
      image.grid.matrix[4 * row + axis] = cosine * spacing[axis] * *unit;
    }
    image.grid.matrix[4 * row + 3] = offset.empty() ? 0 : offset[row] * *unit;
  }
  for (std::size_t axis = 0; axis < 3 && !turn.empty(); ++axis)
    for (std::size_t further = 3; further < axes; ++further)
      if (turn[axes * axis + further] != 0)
        header.refuse_field("transformmatrix", "an axis of space that runs through further dimensions is not read here");
  if (turn.empty())
    image.doubts.add_unsaid("how the image lies in the patient (no TransformMatrix, so left and right may be swapped)");
  if (offset.empty()) image.doubts.add_unsaid("where the image lies (no Offset; 0 0 0 is taken)");
  // As ITK has it, the rows of the matrix need not be unit vectors; then they change the voxel size.
  note_other_spacing(image, {spacing[0] * *unit, spacing[1] * *unit, spacing[2] * *unit}, "ElementSpacing",
                     "with the lengths of the rows of TransformMatrix");
}

/// What would make two readers see two images.
void find_doubts(const TextHeader& header, FileImage& image) {
  const auto axes = static_cast<std::size_t>(std::stoll(header.field("ndims")));
  const auto center = header.numbers("centerofrotation", axes);
  if (std::any_of(center.begin(), center.end(), [](double entry) { return entry != 0; }))
    image.doubts.add("its header has a CenterOfRotation that is not 0; it is not used, as ITK has it: Offset is the first voxel");
  const auto slope = header.numbers("elementtointensityfunctionslope", 1);
  const auto shift = header.numbers("elementtointensityfunctionoffset", 1);
  if ((!slope.empty() && slope[0] != 1) || (!shift.empty() && shift[0] != 0))
    refuse(header.file,
           "its header says that values are to be scaled (ElementToIntensityFunctionSlope and Offset), which some "
           "readers do and others do not; write the image with its values as they are meant");
}

VoxelType type_of(const TextHeader& header) {
  static const std::map<std::string, VoxelType> kTypes{
      {"MET_CHAR", VoxelType::int8},         {"MET_UCHAR", VoxelType::uint8},   {"MET_SHORT", VoxelType::int16},
      {"MET_USHORT", VoxelType::uint16},     {"MET_INT", VoxelType::int32},     {"MET_UINT", VoxelType::uint32},
      {"MET_LONG", VoxelType::int32},        {"MET_ULONG", VoxelType::uint32},  {"MET_LONG_LONG", VoxelType::int64},
      {"MET_ULONG_LONG", VoxelType::uint64}, {"MET_FLOAT", VoxelType::float32}, {"MET_DOUBLE", VoxelType::float64}};
  const auto found = kTypes.find(header.field("elementtype"));
  if (found == kTypes.end()) header.refuse_field("elementtype", "MET_SHORT, MET_FLOAT or another type of one number is expected");
  return found->second;
}

/// A long has 4 bytes for MetaIO and where it was written on Windows, 8 for others: the bytes that are there show
/// which. In text it makes no difference.
void settle_long(const TextHeader& header, bool at_end, FileImage& image) {
  const std::string type = header.field("elementtype");
  VoxelSource& source = image.voxels;
  if ((type != "MET_LONG" && type != "MET_ULONG") || source.coding == Coding::text) return;
  std::uint64_t count = 8;
  for (const std::int64_t voxels : image.grid.size)
    if (__builtin_mul_overflow(count, static_cast<std::uint64_t>(voxels), &count)) return;  // refused as a size that none has
  const std::uint64_t there = bytes_there(source, count + 1);
  if (at_end ? there < count : there <= count / 2) return;
  if (there != count || at_end)
    header.refuse_field("elementtype", "it has 4 or 8 bytes a voxel, as the writing program had it (" +
                                           std::to_string(count / 2) + " or " + std::to_string(count) + " bytes), and its " +
                                           std::to_string(there) +
                                           (there > count && source.coding != Coding::raw ? " or more" : "") +
                                           " bytes of data do not show which; write MET_INT or MET_LONG_LONG in its place");
  source.type = type == "MET_LONG" ? VoxelType::int64 : VoxelType::uint64;
  image.doubts.add("its header says ElementType = " + type +
                   ", which has 4 or 8 bytes; its data have 8 bytes a voxel, which is used");
}

/// Moves behind the bytes before the voxels that the header counts. True: the voxels are the last bytes of the file.
bool skip_header(const TextHeader& header, VoxelSource& source) {
  const std::string skip = header.field("headersize");
  if (skip == "-1") return source.coding == Coding::raw;
  if (skip.empty() || skip == "0") return false;
  if (!is_whole_number(skip, 0, std::int64_t{1} << 50)) header.refuse_field("headersize", "a number of bytes or -1 is expected");
  source.offset = static_cast<std::uint64_t>(std::stoll(skip));
  return false;
}

/// Two names of one field.
bool is_big_endian(const TextHeader& header) {
  const std::string order = header.field("elementbyteordermsb"), other = header.field("binarydatabyteordermsb");
  if (!order.empty() && !other.empty() && is_true(order) != is_true(other))
    header.refuse_field("elementbyteordermsb", "and another field of the same meaning (" +
                                                   header.name_of("binarydatabyteordermsb") + ") says something else");
  return is_true(order) || is_true(other);
}

void find_voxels(const TextHeader& header, FileImage& image) {
  const std::string data = header.field("elementdatafile");
  require_one_data_file(header, data);
  VoxelSource& source = image.voxels;
  source.type = type_of(header);
  const std::string binary = header.field("binarydata");
  if (!binary.empty() && !is_true(binary)) source.coding = Coding::text;
  else if (is_true(header.field("compresseddata"))) source.coding = Coding::deflated;
  const bool is_big = is_big_endian(header);
  source.swapped = is_big != (std::endian::native == std::endian::big);
  const bool is_local = lower_case(data) == "local";
  source.file = is_local ? header.file : data_file_of(header.file, data);
  source.offset = is_local ? header.end : 0;
  const bool at_end = skip_header(header, source);
  settle_long(header, at_end, image);
  if (at_end) place_at_end(source, image.grid.size, header.file);
  const std::string packed = header.field("compresseddatasize");
  if (!packed.empty() && !is_whole_number(packed, 0, std::int64_t{1} << 50))
    header.refuse_field("compresseddatasize", "a number of bytes is expected");
}

}  // namespace

FileImage read_meta(const std::filesystem::path& file) {
  const TextHeader header = read_meta_header(file);
  const std::string object = header.field("objecttype");
  if (!object.empty() && lower_case(object) != "image") header.refuse_field("objecttype", "Image is expected");
  FileImage image("MetaImage");
  image.grid.size = size_of_image(header);
  place(header, image);
  find_doubts(header, image);
  find_voxels(header, image);
  return image;
}

}  // namespace flowrun::io
