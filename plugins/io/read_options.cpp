#include "read_options.h"

namespace flowrun::io {

ParamSpec sheared_param() {
  return {.name = "sheared",
          .type = ParamType::choice,
          .default_value = std::string("error"),
          .help =
              "What to do about axes that are not at right angles to each other, as of a tilted gantry: fail, or resample the "
              "image onto a right-angled grid",
          .choices = {"error", "resample"}};
}

Sheared sheared_of(const std::string& value) { return value == "resample" ? Sheared::resample : Sheared::refuse; }

}  // namespace flowrun::io
