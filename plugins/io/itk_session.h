#pragma once

#include <itkImageIOBase.h>

#include <filesystem>
#include <mutex>
#include <string>
#include <vector>

#include "image_format.h"

namespace flowrun::io {

/// Every call into ITK is made while one of these lives. It locks, because the readers of ITK 5.2 keep static state
/// (NIfTI's ReadImageInformation a string, teem's its error list, GDCM its dictionaries), and it catches ITK's warnings
/// of this thread, which else go to standard error.
class ItkSession {
 public:
  ItkSession();
  ~ItkSession();
  ItkSession(const ItkSession&) = delete;
  ItkSession& operator=(const ItkSession&) = delete;

  /// What ITK has said since, each message cut down to its sentence.
  const std::vector<std::string>& warnings() const { return warnings_; }

 private:
  std::lock_guard<std::mutex> lock_;
  std::vector<std::string> warnings_;
};

/// A writer of a format (of DICOM its reader), made directly: ITK's factories are shared by the whole process and are
/// left alone.
itk::ImageIOBase::Pointer make_image_io(Format format);

/// The one sentence in ITK's message: without source file, line number, class name and address.
std::string plain_reason(const std::string& itk_message);

/// Makes the whole image the region to read or write.
void take_whole_image(itk::ImageIOBase& io);

}  // namespace flowrun::io
