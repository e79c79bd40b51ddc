// SPDX-License-Identifier: MIT
#pragma once

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>

/// A folder or file of the study's data, which is not part of the project: below $DENIM_SHARED, or below the folder `shared`
/// beside the project. Nothing, and a line that says so, where it is absent.
inline std::optional<std::filesystem::path> shared_data(const std::string& name) {
    const char* const place = std::getenv("DENIM_SHARED");
    const std::filesystem::path folder =
        place ? std::filesystem::path{place}
              : std::filesystem::path{__FILE__}.parent_path().parent_path().parent_path() / "shared";
    if (std::filesystem::exists(folder / name)) return folder / name;
    std::printf("skipped: there is no %s (set DENIM_SHARED)\n", (folder / name).c_str());
    return {};
}
