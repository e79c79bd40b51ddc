// SPDX-License-Identifier: MIT
#define DENIM_IMPLEMENTATION
#include <denim/denim.hpp>
