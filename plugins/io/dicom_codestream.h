#pragma once

#include <string>

#include "dicom_check.h"

namespace flowrun::io {

/// Bits of a sample in a compressed picture that begins with `bytes`; 0: this kind of picture does not say it (run
/// lengths). GDCM's decoders trust a picture's own header and end the process where it contradicts DICOM's, so it is
/// looked at first. Throws Error naming the file when the picture has other sizes than DICOM's header says, or several
/// numbers a voxel.
int require_sound_codestream(const std::string& bytes, const DicomFile& file);

}  // namespace flowrun::io
