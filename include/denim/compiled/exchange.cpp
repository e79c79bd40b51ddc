// SPDX-License-Identifier: MIT
#include <denim/denim.hpp>
#include <denim/format.hpp>

#include <denim/compiled/define.hpp>

#include <denim/exchange.hpp>
