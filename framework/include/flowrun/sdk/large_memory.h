#pragma once

#include <cstddef>
#include <vector>

namespace flowrun {

/// Says of memory that nothing has been written to yet that all of it will be. The system may then give it in large pages: the
/// first writing to an image of 1 mm (29 MB) otherwise waits 7,000 times for a page of 4 KiB. Contents stay; small memory is left
/// alone. Never fails: without large pages nothing changes but the time.
void expect_large(void* begin, std::size_t bytes) noexcept;

/// Room for the values of an image, which are then added: reserve_large(voxels, count); voxels.resize(count);
template <class T>
void reserve_large(std::vector<T>& values, std::size_t count) {
  values.reserve(count);
  expect_large(values.data(), count * sizeof(T));
}

}  // namespace flowrun
