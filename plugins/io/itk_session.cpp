#include "itk_session.h"

#include <gdcmTrace.h>
#include <itkGDCMImageIO.h>
#include <itkMetaImageIO.h>
#include <itkNiftiImageIO.h>
#include <itkNrrdImageIO.h>
#include <itkOutputWindow.h>

#include <algorithm>
#include <regex>

#include "image_header.h"

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
  // The NRRD library prints its whole way from the call to the cause; the cause comes last.
  if (const auto cause = text.rfind("[nrrd]"); cause != std::string::npos) text.erase(0, cause + 6);
  text.erase(0, text.find_first_not_of(" \n\t"));
  text = printable(text);
  text.erase(text.find_last_not_of(" .\t") + 1);
  if (text.size() > kLongestReason) text = text.substr(0, kLongestReason) + "...";
  return text;
}

void take_whole_image(itk::ImageIOBase& io) {
  itk::ImageIORegion region(io.GetNumberOfDimensions());
  for (unsigned axis = 0; axis < io.GetNumberOfDimensions(); ++axis) {
    region.SetIndex(axis, 0);
    region.SetSize(axis, io.GetDimensions(axis));
  }
  io.SetIORegion(region);
}

}  // namespace flowrun::io
