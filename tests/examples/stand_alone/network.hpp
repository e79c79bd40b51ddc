// SPDX-License-Identifier: MIT
#pragma once

#include <denim/denim.hpp>
#include <denim/exchange/save.hpp>

using Small = denim::Network<denim::Image<12, 10, 3>, denim::Sequential<denim::Conv<3, 4>, denim::MaxPool, denim::Dense<3>>>;
