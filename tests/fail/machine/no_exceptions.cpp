// SPDX-License-Identifier: MIT
// flags: -fno-exceptions
// expect: denim reports errors as exceptions: compile without -fno-exceptions
// errors: 1
#include <denim/machine/target.hpp>
