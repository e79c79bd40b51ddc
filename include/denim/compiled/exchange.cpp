// SPDX-License-Identifier: MIT
#include <denim/denim.hpp>
#include <denim/format.hpp>
#include <denim/data/data_set_file.hpp>
#include <denim/training/checkpoint.hpp>

#include <denim/compiled/define.hpp>

#include <denim/exchange.hpp>
