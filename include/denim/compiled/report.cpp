// SPDX-License-Identifier: MIT
#include <denim/denim.hpp>
#include <denim/format.hpp>
#include <denim/image.hpp>

#include <denim/compiled/define.hpp>

#include <denim/report.hpp>
