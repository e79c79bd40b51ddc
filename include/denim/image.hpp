// SPDX-License-Identifier: MIT
#pragma once

// Picture files to pixels and back: needs stb.

#include <denim/image/decode.hpp>
#include <denim/image/encode.hpp>
#include <denim/image/fit.hpp>
#include <denim/image/picture_file.hpp>
#include <denim/image/resize.hpp>
