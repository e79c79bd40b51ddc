// SPDX-License-Identifier: MIT
#pragma once

#include <denim/machine/target.hpp>

namespace denim::inline DENIM_TARGET::detail {

/// What derives from this stands in the table of spellings (layer/spelling_table.hpp) under its own name.
struct Spelled {};

}  // namespace denim::inline DENIM_TARGET::detail
