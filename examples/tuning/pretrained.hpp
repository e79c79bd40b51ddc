// SPDX-License-Identifier: MIT
#pragma once

#include <cstdlib>
#include <filesystem>

namespace tuning {

/// Where examples/pretrained/get puts the weights of EfficientNet-Lite0: in $DENIM_PRETRAINED, else denim below $XDG_CACHE_HOME or ~/.cache.
inline std::filesystem::path default_weights() {
    const auto folder = [](const char* name) {
        const char* const value = std::getenv(name);
        return std::filesystem::path{value ? value : ""};
    };
    std::filesystem::path at = folder("DENIM_PRETRAINED");
    if (at.empty()) at = (folder("XDG_CACHE_HOME").empty() ? folder("HOME") / ".cache" : folder("XDG_CACHE_HOME")) / "denim";
    return at / "efficientnet-lite0-57934424.pth";
}

}  // namespace tuning
