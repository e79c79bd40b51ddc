// SPDX-License-Identifier: MIT
#pragma once

#include <denim/network/summary.hpp>

#include <string>

namespace denim::inline DENIM_TARGET::detail {

/// "Image<120, 90, 3>, Sequential<Conv<5, 64>, MaxPool, ...>", alike on every compiler.
template <class Network>
std::string architecture_of() {
    std::string text = spelling<typename Network::Picture>() + ", " + spelling<typename Network::Layers>();
    for (std::size_t at = text.find("> >"); at != text.npos; at = text.find("> >")) text.erase(at + 1, 1);
    return text;
}

}  // namespace denim::inline DENIM_TARGET::detail
