// SPDX-License-Identifier: MIT
#include <denim/denim.hpp>

#include <denim/compiled/define.hpp>

#include <denim/image.hpp>
#include <denim/data/read_folder.hpp>
