// Ports of a node type, each written once: the type lists it, and the node reads or writes through it.
//
//   static constexpr Input<Volume> kImage{"image", "The image to clip"};
//   static constexpr Output<Volume> kClipped{"clipped", "The image, no value above the limit"};
//   ...
//   type.inputs = {kImage};
//   type.outputs = {kClipped};
//   ...
//   const Volume& image = context.in(kImage);
//   context.emit(kClipped, std::move(result));
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "flowrun/sdk/node_type.h"

namespace flowrun {

/// An input that every firing has: Context::in gives a const T&.
template <class T>
struct Input {
  std::string_view name;
  std::string_view help;         ///< one sentence, no full stop
  std::optional<Scope> scope{};  ///< the finest scope of items that it takes; none: any

  operator InputPort() const {
    return {.name = std::string(name), .payload = std::string(T::kType), .help = std::string(help), .scope = scope};
  }
};

/// An input that may be left unconnected, or may have nothing in a case: Context::in gives a const T*, null where there is
/// nothing.
template <class T>
struct OptionalInput {
  std::string_view name;
  std::string_view help;
  std::optional<Scope> scope{};

  operator InputPort() const {
    return {.name = std::string(name),
            .payload = std::string(T::kType),
            .help = std::string(help),
            .required = false,
            .scope = scope};
  }
};

/// An input that takes a list of edges: Context::in gives a vector of const T*, in the graph's order, none of them null. Where
/// one of them is absent in a case the node does not fire; a `partial` input leaves it out instead, and the vector may be empty.
template <class T>
struct VariadicInput {
  std::string_view name;
  std::string_view help;
  std::optional<Scope> scope{};
  bool required = true;  ///< at least one edge
  bool partial = false;

  operator InputPort() const {
    return {.name = std::string(name),
            .payload = std::string(T::kType),
            .help = std::string(help),
            .required = required,
            .variadic = true,
            .partial = partial,
            .scope = scope};
  }
};

/// An input that takes all items of a scope (chunk or per_case) that belong to one item of the next coarser scope, one by one:
/// Firing::accept gets them. `kItems == port` asks whether an item came at this port, Context::item gives it as a const T&.
template <class T>
struct CollectingInput {
  std::string_view name;
  Scope scope = Scope::per_case;
  std::string_view help;
  bool required = true;

  bool operator==(std::string_view port) const { return name == port; }
  operator InputPort() const {
    return {.name = std::string(name),
            .payload = std::string(T::kType),
            .help = std::string(help),
            .required = required,
            .scope = scope,
            .collects = true};
  }
};

/// An output with one item for each firing: Context::emit takes a T.
template <class T>
struct Output {
  std::string_view name;
  std::string_view help;

  operator OutputPort() const { return {std::string(name), std::string(T::kType), std::string(help), false}; }
};

/// An output with any number of items of the next finer scope: emit one in each call of Firing::next.
template <class T>
struct StreamOutput {
  std::string_view name;
  std::string_view help;

  operator OutputPort() const { return {std::string(name), std::string(T::kType), std::string(help), true}; }
};

}  // namespace flowrun
