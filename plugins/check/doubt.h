#pragma once

#include <string>

#include "flowrun/sdk/context.h"
#include "flowrun/sdk/node_type.h"

namespace flowrun::check {

/// The parameter of every check: what a doubt does.
ParamSpec on_doubt();

/// Says a doubt as the parameter wants it: a warning, or an Error that ends the case.
void doubt(Context& context, const std::string& sentence);

}  // namespace flowrun::check
