#pragma once

#include "common/network/model_description.h"

namespace flowrun::cnn {

using network::ModelDescription;
using network::parse_description;

}  // namespace flowrun::cnn
