#include "viewer/deflate.h"

#include <zlib.h>

#include "flowrun/sdk/error.h"

namespace flowrun {

std::string deflated(const std::string& bytes) {
  uLongf size = compressBound(static_cast<uLong>(bytes.size()));
  std::string packed(size, '\0');
  const auto* from = reinterpret_cast<const Bytef*>(bytes.data());
  if (compress2(reinterpret_cast<Bytef*>(packed.data()), &size, from, static_cast<uLong>(bytes.size()), 6) != Z_OK)
    throw Error("there is too little memory to pack it");
  packed.resize(size);
  return packed;
}

}  // namespace flowrun
