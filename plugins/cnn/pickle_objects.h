#pragma once

#include <string>

#include "pickle_value.h"

namespace flowrun::cnn::pickle {

/// The few Python objects that a file of numpy arrays is made of. None of them is Python's own: each is known here by name and
/// turned into plain data. All throw Error for anything else, in a sentence without the file's name.

/// The global "module.name"; refuses every name that numpy arrays in an ordered dictionary do not need.
Value* make_global(Store& store, const std::string& name);
/// What calling a global with a tuple of arguments makes.
Value* call(Store& store, const Value& global, const Value& arguments);
/// Fills in an array or a dtype from the state that numpy pickled for it.
void build(Store& store, Value& object, const Value& state);

}  // namespace flowrun::cnn::pickle
