#include "itk_session.h"

#include <gdcmTrace.h>
#include <itkGDCMImageIO.h>
#include <itkMetaImageIO.h>
#include <itkNiftiImageIO.h>
#include <itkNrrdImageIO.h>
#include <itkOutputWindow.h>

#include <algorithm>
#include <regex>

#include "text_header.h"

namespace flowrun::io {
namespace {

constexpr std::size_t kLongestReason = 240;

std::mutex& itk_mutex() {
  static std::mutex mutex;
  return mutex;
}

thread_local std::vector<std::string>* session_messages = nullptr;

/// Takes what ITK says on a thread that has a session; what others say goes where it went before.
class SessionWindow : public itk::OutputWindow {
 public:
  using Self = SessionWindow;
  using Superclass = itk::OutputWindow;
  using Pointer = itk::SmartPointer<Self>;
  itkFactorylessNewMacro(Self);

  void set_others(itk::OutputWindow* window) { others_ = window; }
  void DisplayText(const char* text) override {
    if (session_messages) session_messages->push_back(plain_reason(text));
    else if (others_) others_->DisplayText(text);
  }

 private:
  itk::OutputWindow::Pointer others_;
};

void install_window() {
  static std::once_flag once;
  std::call_once(once, [] {
    const SessionWindow::Pointer window = SessionWindow::New();
    window->set_others(itk::OutputWindow::GetInstance());
    itk::OutputWindow::SetInstance(window);
    gdcm::Trace::WarningOff();
    gdcm::Trace::ErrorOff();
    gdcm::Trace::DebugOff();
  });
}

template <class T>
void append_as(itk::ImageIOBase& io, std::size_t count, std::vector<float>& voxels) {
  std::vector<T> block(count);
  io.Read(block.data());
  voxels.reserve(voxels.size() + count);
  std::transform(block.begin(), block.end(), std::back_inserter(voxels), [](T value) { return static_cast<float>(value); });
}

template <>
void append_as<float>(itk::ImageIOBase& io, std::size_t count, std::vector<float>& voxels) {
  voxels.resize(voxels.size() + count);
  io.Read(voxels.data() + (voxels.size() - count));
}

void append_component(itk::ImageIOBase& io, std::size_t count, std::vector<float>& voxels) {
  using Component = itk::IOComponentEnum;
  switch (io.GetComponentType()) {
    case Component::UCHAR:
      return append_as<unsigned char>(io, count, voxels);
    case Component::CHAR:
      return append_as<signed char>(io, count, voxels);
    case Component::USHORT:
      return append_as<unsigned short>(io, count, voxels);
    case Component::SHORT:
      return append_as<short>(io, count, voxels);
    case Component::UINT:
      return append_as<unsigned int>(io, count, voxels);
    case Component::INT:
      return append_as<int>(io, count, voxels);
    case Component::ULONG:
      return append_as<unsigned long>(io, count, voxels);
    case Component::LONG:
      return append_as<long>(io, count, voxels);
    case Component::ULONGLONG:
      return append_as<unsigned long long>(io, count, voxels);
    case Component::LONGLONG:
      return append_as<long long>(io, count, voxels);
    case Component::FLOAT:
      return append_as<float>(io, count, voxels);
    case Component::DOUBLE:
      return append_as<double>(io, count, voxels);
    default:
      throw itk::ExceptionObject(__FILE__, __LINE__, "its voxels are of a type that is not known", "");
  }
}

void require_scalar_3d(const itk::ImageIOBase& io, const std::filesystem::path& file) {
  std::vector<std::size_t> sizes;
  for (unsigned axis = 0; axis < io.GetNumberOfDimensions(); ++axis) sizes.push_back(io.GetDimensions(axis));
  const std::string found = std::to_string(sizes.size()) + "D (" + size_text(sizes) + ")";
  if (sizes.size() < 3) refuse(file, "it is " + found + "; a 3D image is expected");
  const bool one_volume = std::all_of(sizes.begin() + 3, sizes.end(), [](std::size_t size) { return size == 1; });
  if (!one_volume)
    refuse(file, "it is " + found + ", so it holds several volumes; a single 3D image is expected: take one volume out of it");
  if (io.GetNumberOfComponents() != 1 || io.GetPixelType() != itk::IOPixelEnum::SCALAR)
    refuse(file, "it has " + std::to_string(io.GetNumberOfComponents()) + " numbers a voxel (" +
                     itk::ImageIOBase::GetPixelTypeAsString(io.GetPixelType()) +
                     "); an image with one number a voxel is expected");
}

}  // namespace

ItkSession::ItkSession() : lock_(itk_mutex()) {
  install_window();
  session_messages = &warnings_;
}

ItkSession::~ItkSession() { session_messages = nullptr; }

itk::ImageIOBase::Pointer make_image_io(Format format) {
  switch (format) {
    case Format::nifti:
      return itk::NiftiImageIO::New().GetPointer();
    case Format::nrrd:
      return itk::NrrdImageIO::New().GetPointer();
    case Format::meta:
      return itk::MetaImageIO::New().GetPointer();
    case Format::dicom:
      break;
  }
  return itk::GDCMImageIO::New().GetPointer();
}

std::string plain_reason(const std::string& itk_message) {
  static const std::regex kPlace(
      R"((ITK ERROR:|WARNING: In [^\n]*\n|ERROR: In [^\n]*\n|\w+ ?\((0x)?[0-9a-fA-F]+\):|itk::ERROR:)\s*)");
  std::string text = std::regex_replace(itk_message, kPlace, "");
  // The NRRD library tells its whole way from the call to the cause; the cause comes last.
  if (const auto cause = text.rfind("[nrrd]"); cause != std::string::npos) text.erase(0, cause + 6);
  text.erase(0, text.find_first_not_of(" \n\t"));
  text = printable(text);
  text.erase(text.find_last_not_of(" .\t") + 1);
  if (text.size() > kLongestReason) text = text.substr(0, kLongestReason) + "...";
  return text;
}

Geometry geometry_of(const itk::ImageIOBase& io) {
  Geometry geometry;
  for (unsigned axis = 0; axis < 3; ++axis) {
    geometry.size[axis] = static_cast<std::int64_t>(io.GetDimensions(axis));
    geometry.spacing[axis] = io.GetSpacing(axis);
    geometry.origin[axis] = io.GetOrigin(axis);
    const std::vector<double> unit = io.GetDirection(axis);
    for (std::size_t row = 0; row < 3; ++row) geometry.direction[3 * row + axis] = unit[row];
  }
  return geometry;
}

void take_whole_image(itk::ImageIOBase& io) {
  itk::ImageIORegion region(io.GetNumberOfDimensions());
  for (unsigned axis = 0; axis < io.GetNumberOfDimensions(); ++axis) {
    region.SetIndex(axis, 0);
    region.SetSize(axis, io.GetDimensions(axis));
  }
  io.SetIORegion(region);
}

Geometry read_header(itk::ImageIOBase& io, const std::filesystem::path& file, const NamedFormat& named) try {
  // ITK's MetaImage reader knows its files by their ending, and in lower case only; require_sound_header looks inside.
  if (named.format != Format::meta && !io.CanReadFile(file.c_str()))
    refuse(file, "it is not a " + named.title + " file that ITK can read; it is damaged or of another format");
  if (named.format == Format::nrrd || named.format == Format::meta) require_sound_header(file, named);
  io.SetFileName(file.string());
  io.ReadImageInformation();
  require_scalar_3d(io, file);
  const Geometry geometry = geometry_of(io);
  require_usable(geometry, file);
  take_whole_image(io);
  return geometry;
} catch (const itk::ExceptionObject& e) {
  if (std::string(e.GetDescription()).find("orthonormal") != std::string::npos)
    refuse(
        file,
        "its axes are not at right angles to each other, which ITK does not read; resample the image onto a grid without shear");
  refuse(file, "its " + named.title + " header cannot be understood (" + plain_reason(e.GetDescription()) + "); it is damaged");
}

void append_voxels(itk::ImageIOBase& io, const std::filesystem::path& file, std::vector<float>& voxels) try {
  append_component(io, static_cast<std::size_t>(io.GetImageSizeInPixels()), voxels);
} catch (const itk::ExceptionObject& e) {
  refuse(file, "its voxels cannot be read (" + plain_reason(e.GetDescription()) + "); the file is cut or damaged");
}

}  // namespace flowrun::io
