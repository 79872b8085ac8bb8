#pragma once

#include <string>

#include "common/pickle/values.h"

namespace flowrun::cnn {

/// The few Python objects that a file of numpy arrays is made of. None of them is Python's own: each is known here by name and
/// turned into plain data: a dtype has "f4", and once built "<f4", as text; an array has its shape and its dtype as items, its
/// data as text, and 1 as number when in Fortran order. All throw Error for anything else, a sentence without the file's name.

/// The global "module.name"; refuses every name that numpy arrays in an ordered dictionary do not need.
pickle::Value* make_global(pickle::Store& store, const std::string& name);
/// What calling a global with a tuple of arguments makes.
pickle::Value* call(pickle::Store& store, const pickle::Value& global, const pickle::Value& arguments);
/// Fills in an array or a dtype from the state that numpy pickled for it.
void build(pickle::Store& store, pickle::Value& object, const pickle::Value& state);

}  // namespace flowrun::cnn
