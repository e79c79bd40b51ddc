// SPDX-License-Identifier: MIT
#pragma once

#include <denim/machine/target.hpp>

#include <stdexcept>

namespace denim {

/// Bytes that are no picture, or a damaged one, or one beyond the limits: one sentence without a file's name.
class [[gnu::visibility("default")]] PictureError : public std::runtime_error {
    using std::runtime_error::runtime_error;
};

}  // namespace denim
