#include "read_options.h"

namespace flowrun::io {

std::vector<ParamSpec> geometry_params() {
  return {{.name = "sheared",
           .type = ParamType::choice,
           .default_value = std::string("error"),
           .help = "What to do about axes that are not at right angles to each other, as of a tilted gantry: fail, or "
                   "resample the image onto a right-angled grid",
           .choices = {"error", "resample"}},
          {.name = "nifti_form",
           .type = ParamType::choice,
           .default_value = std::string("auto"),
           .help = "Which form of a NIfTI header says where the image lies; auto is the sform when its code is above 0, "
                   "else the qform",
           .choices = {"auto", "sform", "qform"}}};
}

ReadOptions read_options(const Params& params, const std::string& series, Between between) {
  ReadOptions options;
  options.series = series;
  options.between = between;
  if (params.text("sheared") == "resample") options.sheared = Sheared::resample;
  if (params.text("nifti_form") == "sform") options.nifti_form = NiftiForm::sform;
  if (params.text("nifti_form") == "qform") options.nifti_form = NiftiForm::qform;
  return options;
}

}  // namespace flowrun::io
