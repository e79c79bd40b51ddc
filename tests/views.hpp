// SPDX-License-Identifier: MIT
#pragma once

// xtensor's views and arrays of fixed shape, wherever its version keeps them.
#if __has_include(<xtensor/views/xview.hpp>)  // since xtensor 0.26
#include <xtensor/containers/xfixed.hpp>
#include <xtensor/views/xview.hpp>
#else
#include <xtensor/xfixed.hpp>
#include <xtensor/xview.hpp>
#endif
