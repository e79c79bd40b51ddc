// SPDX-License-Identifier: MIT
#include <denim/denim.hpp>
