#include "common/picture/png.h"

#include <png.h>

#include "flowrun/sdk/error.h"

namespace flowrun::picture {

std::string png_bytes(const Canvas& canvas) {
  png_image picture{};
  picture.version = PNG_IMAGE_VERSION;
  picture.width = static_cast<png_uint_32>(canvas.width());
  picture.height = static_cast<png_uint_32>(canvas.height());
  picture.format = PNG_FORMAT_RGB;
  png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(picture);
  std::string bytes(size, '\0');
  if (!png_image_write_to_memory(&picture, bytes.data(), &size, 0, canvas.bytes().data(), 0, nullptr))
    throw Error(std::string("cannot make a PNG picture: ") + picture.message);
  bytes.resize(size);
  return bytes;
}

}  // namespace flowrun::picture
