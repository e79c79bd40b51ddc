// SPDX-License-Identifier: MIT
#pragma once

#include "gradient_kinds.hpp"
#include "layer_layouts.hpp"
#include "not_finite.hpp"

namespace testing {

/// What every layer promises, asked by the layer's own test: that it stays inside of its places in any layout, fast as plain; that it writes or
/// adds its gradient as it is told; that it hides nothing that is not a number. It gets pictures of both shapes, and one of 9 x 8 with four channels.
template <class Spec, denim::Shape Odd = denim::Shape{4, 3, 5}, denim::Shape Whole = denim::Shape{2, 3, 16}>
void check_promises(const char* name) {
    layouts::check<Spec, true, Odd>(name);
    layouts::check<Spec, true, Whole>(name);
    gradient_kinds::check<denim::Image<Odd.height, Odd.width, Odd.channels>, Spec>();
    not_finite::check_layer<Spec>(name);
}

}  // namespace testing
