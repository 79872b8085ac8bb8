#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

namespace flowrun {

/// What travels along an edge. Immutable once emitted, and shared by all its readers.
///
/// A payload type derives from Payload and has `static constexpr std::string_view kType = "<owner>.<name>/<version>"`. That name,
/// and never a compiler's type information, says what a payload is: libraries that never saw each other agree on it. A layout
/// that changes gets a new version.
class Payload {
 public:
  virtual ~Payload() = default;
  virtual std::string_view type() const noexcept = 0;
  /// Memory held, in bytes. The engine adds these up and reports the peak.
  virtual std::size_t bytes() const noexcept = 0;
  /// For what later hosts ask of a payload, by a name with a version.
  virtual const void* extension(std::string_view /*id*/) const noexcept { return nullptr; }

 protected:
  Payload() = default;
  Payload(const Payload&) = default;
  Payload(Payload&&) = default;
  Payload& operator=(const Payload&) = default;
  Payload& operator=(Payload&&) = default;
};

using PayloadPtr = std::shared_ptr<const Payload>;

/// Implements type() for a payload: `struct Volume : PayloadOf<Volume> { static constexpr std::string_view kType = ...; }`.
template <class T>
class PayloadOf : public Payload {
 public:
  std::string_view type() const noexcept override { return T::kType; }
};

/// The payload as a T, or null when it is something else.
template <class T>
const T* payload_cast(const Payload* payload) noexcept {
  return payload && payload->type() == T::kType ? static_cast<const T*>(payload) : nullptr;
}

}  // namespace flowrun
