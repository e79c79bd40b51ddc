// SPDX-License-Identifier: MIT
#pragma once

#include <denim/machine/target.hpp>

#include <string>

namespace denim::inline DENIM_TARGET::detail {

/// A line on standard error, "denim: " before it, once in a program however often there is reason for it.
DENIM_ONCE void say_once(const std::string& line);

}  // namespace denim::inline DENIM_TARGET::detail

#if DENIM_BODIES

#include <cstdio>
#include <mutex>
#include <set>

namespace denim::inline DENIM_TARGET::detail {

DENIM_ONCE void say_once(const std::string& line) {
    static std::mutex mutex;
    static std::set<std::string> said;
    const std::scoped_lock lock{mutex};
    if (said.insert(line).second) std::fprintf(stderr, "denim: %s\n", line.c_str());
}

}  // namespace denim::inline DENIM_TARGET::detail

#endif  // DENIM_BODIES
