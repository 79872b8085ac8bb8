#pragma once

#include <map>

#include "dicom_check.h"

namespace flowrun::io {

constexpr Tag kRows = 0x00280010, kColumns = 0x00280011, kSamples = 0x00280002, kAllocated = 0x00280100;

/// The 16-bit values of group 28, which describe the voxels.
struct ShortNumbers : std::map<Tag, int> {
  int or_else(Tag tag, int otherwise) const {
    const auto found = find(tag);
    return found == end() ? otherwise : found->second;
  }
};

/// Fills in sizes, samples and bits of voxels whose pieces are known, and compares what they promise with the bytes that are
/// there. Throws Error for what cannot be.
void describe_voxels(const DicomFile& file, const ShortNumbers& numbers, DicomVoxels& voxels);

}  // namespace flowrun::io
