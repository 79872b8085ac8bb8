// A page that stays open while its case is run again.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "viewer/viewer_page.h"

namespace flowrun {

/// The page of a case with its data beside it, in scripts that an open page reads again when they change: their stamp, the page's
/// description, and the voxels of each layer under a name that follows from its content.
class FollowedPage {
 public:
  /// `request.beside` is not looked at. The registry must outlive this object.
  FollowedPage(ViewerRequest request, Registry& registry);

  /// Takes over what has changed since the last call. While the case runs, images that are away stay as they were, and those that
  /// are written are shown. False: there is nothing new, or no done case with an image yet. Throws Error where the page cannot be
  /// written or a record cannot be read.
  bool update();
  std::filesystem::path file() const { return viewer_file(request_.out, request_.name); }
  std::size_t layers() const { return layers_; }
  /// What the page lacks since the last call of update: "lesions.nii.gz: it does not exist any more".
  const std::vector<std::string>& missing() const { return missing_; }

 private:
  using Looks = std::map<std::string, FileStamp>;
  std::set<std::string> files() const;
  bool has_changed();
  bool has_record() const;
  void read_images();
  void read_table();
  void write(const ViewerContent& content);
  void write_page() const;
  void write_data(const std::string& name, const std::string& value) const;
  void remove_old_layers(const std::set<std::string>& used);

  ViewerRequest request_;
  PackedImages packed_;
  std::filesystem::path data_;  ///< folder
  Looks looks_;
  std::optional<CaseImages> images_;  ///< of the case as it was last done
  std::string stamp_;                 ///< of what is written
  std::set<std::string> written_;     ///< layers
  std::size_t layers_ = 0;
  std::vector<std::string> missing_;
};

}  // namespace flowrun
