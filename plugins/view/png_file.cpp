#include "png_file.h"

#include <png.h>

#include <string>

#include "common/image/atomic_file.h"
#include "flowrun/sdk/error.h"

namespace flowrun::view {

void write_png(const std::filesystem::path& path, const Canvas& canvas) {
  image::AtomicFile file(path, ".png");
  png_image picture{};
  picture.version = PNG_IMAGE_VERSION;
  picture.width = static_cast<png_uint_32>(canvas.width());
  picture.height = static_cast<png_uint_32>(canvas.height());
  picture.format = PNG_FORMAT_RGB;
  if (!png_image_write_to_file(&picture, file.temporary().c_str(), 0, canvas.bytes().data(), 0, nullptr))
    throw Error("cannot write '" + path.string() + "': " + picture.message);
  file.commit();
}

}  // namespace flowrun::view
