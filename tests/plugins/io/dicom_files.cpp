#include "dicom_files.h"

#include <gdcmTrace.h>
#include <itkGDCMImageIO.h>
#include <itkMetaDataObject.h>

#include <cstdio>
#include <vector>

namespace flowrun::testing {
namespace {

template <std::size_t N>
std::string joined(const std::array<double, N>& values) {
  std::string text;
  for (const double value : values) {
    char number[32];
    std::snprintf(number, sizeof number, "%.8g", value);
    text += (text.empty() ? "" : "\\") + std::string(number);
  }
  return text;
}

}  // namespace

void write_dicom_slice(const std::string& file, const DicomSliceFile& slice) {
  gdcm::Trace::WarningOff();
  const auto io = itk::GDCMImageIO::New();
  io->SetNumberOfDimensions(2);
  itk::ImageIORegion region(2);
  for (unsigned axis = 0; axis < 2; ++axis) {
    io->SetDimensions(axis, slice.size[axis]);
    region.SetSize(axis, slice.size[axis]);
  }
  io->SetSpacing(0, 0.5);
  io->SetSpacing(1, 0.75);
  io->SetIORegion(region);
  io->SetPixelType(itk::IOPixelEnum::SCALAR);
  io->SetComponentType(itk::IOComponentEnum::SHORT);
  io->SetNumberOfComponents(1);
  io->KeepOriginalUIDOn();
  itk::MetaDataDictionary& tags = io->GetMetaDataDictionary();
  const auto tag = [&](const std::string& key, const std::string& value) {
    itk::EncapsulateMetaData<std::string>(tags, key, value);
  };
  tag("0008|0016", "1.2.840.10008.5.1.4.1.1.4");
  tag("0008|0060", "MR");
  tag("0008|103e", slice.description);
  tag("0020|000d", "1.2.826.0.1.3680043.2.1125.77");
  tag("0020|000e", slice.series);
  tag("0020|0032", joined(slice.position));
  tag("0020|0037", joined(slice.orientation));
  if (slice.rescaled) {
    tag("0028|1052", "-5");
    tag("0028|1053", "2");
  }
  std::vector<short> voxels;
  for (unsigned i = 0; i < slice.size[0] * slice.size[1]; ++i)
    voxels.push_back(static_cast<short>(slice.first + static_cast<int>(i)));
  io->SetFileName(file);
  io->Write(voxels.data());
}

}  // namespace flowrun::testing
