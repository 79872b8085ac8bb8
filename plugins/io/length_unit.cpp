#include "length_unit.h"

#include <map>

#include "text_header.h"

namespace flowrun::io {

std::optional<double> millimetres_of(const std::string& unit) {
  static const std::map<std::string, double> kUnits{{"", 1},
                                                    {"?", 1},
                                                    {"??", 1},
                                                    {"???", 1},
                                                    {"mm", 1},
                                                    {"millimeter", 1},
                                                    {"millimetre", 1},
                                                    {"millimeters", 1},
                                                    {"millimetres", 1},
                                                    {"um", 1e-3},
                                                    {"\xc2\xb5m", 1e-3},
                                                    {"\xce\xbcm", 1e-3},
                                                    {"\xb5m", 1e-3},
                                                    {"micron", 1e-3},
                                                    {"microns", 1e-3},
                                                    {"micrometer", 1e-3},
                                                    {"micrometre", 1e-3},
                                                    {"micrometers", 1e-3},
                                                    {"micrometres", 1e-3},
                                                    {"nm", 1e-6},
                                                    {"nanometer", 1e-6},
                                                    {"nanometers", 1e-6},
                                                    {"cm", 10},
                                                    {"centimeter", 10},
                                                    {"centimetre", 10},
                                                    {"centimeters", 10},
                                                    {"centimetres", 10},
                                                    {"m", 1000},
                                                    {"meter", 1000},
                                                    {"metre", 1000},
                                                    {"meters", 1000},
                                                    {"metres", 1000}};
  const auto found = kUnits.find(lower_case(without_ends(unit)));
  return found == kUnits.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace flowrun::io
