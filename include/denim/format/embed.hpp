// SPDX-License-Identifier: MIT
#pragma once

// A file as a C++ header, so that a program has its weights within: lines of base64 (RFC 4648), which compilers read as fast
// as any text, and which become bytes again when the program starts.

#include <denim/format/base64.hpp>
#include <denim/machine/atomic_file.hpp>
#include <denim/machine/read_file.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace denim::inline DENIM_TARGET {

/// Writes a file as a header that defines `name`: embed("primary.safetensors", "primary_weights.hpp", "primary_weights"). A
/// program that includes it has its network by load_embedded<Primary>(primary_weights), and no file to find.
inline void embed(const std::filesystem::path& file, const std::filesystem::path& header, const std::string& name) {
    const auto letter = [](char one) { return (one >= 'a' && one <= 'z') || (one >= 'A' && one <= 'Z') || one == '_'; };
    const auto digit = [](char one) { return one >= '0' && one <= '9'; };
    if (name.empty() || digit(name[0]) || !std::ranges::all_of(name, [&](char one) { return letter(one) || digit(one); }))
        throw std::invalid_argument("denim: embed: " + detail::in_quotes(name) + " is no name of a variable");
    const std::string text = detail::to_base64(read_file(file));
    constexpr std::size_t line = 120, piece = 500 * line;  // a literal has at most 65,536 letters
    AtomicFile to{header};
    to.write("// Written by denim::embed.\n#pragma once\n\ninline constexpr const char* " + name + "[] = {");
    for (std::size_t at = 0; at < text.size() || at == 0; at += line) {
        if (at % piece == 0)
            to.write(at == 0 ? "\n" : ",\n");
        else
            to.write("\n");
        to.write("    \"" + text.substr(at, line) + '"');
    }
    to.write("};\n");
    to.commit();
}

}  // namespace denim::inline DENIM_TARGET
