// SPDX-License-Identifier: MIT
#pragma once

// What the programs' command lines have in common: numbers that are what they look like, places that are written to, and an end that tells whether
// what was printed arrived.

#include <denim/machine/atomic_file.hpp>

#include <CLI/CLI.hpp>

#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <limits>
#include <string>
#include <string_view>
#include <system_error>

namespace command_line {

namespace detail {

template <class Number>
bool is_within(std::string_view text, Number least, Number most) {
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc{} && end == text.data() + text.size() && value >= least && value <= most;
}
inline std::string range_text(const std::string& least, const std::string& most, bool open) { return open ? "of at least " + least : "from " + least + " to " + most; }

}  // namespace detail

/// A whole number from `least` to `most`, in digits: -1 is not a very large one.
inline CLI::Validator whole_number(std::uint64_t least = 0, std::uint64_t most = std::numeric_limits<std::uint64_t>::max()) {
    const std::string range = detail::range_text(std::to_string(least), std::to_string(most), most == std::numeric_limits<std::uint64_t>::max());
    return {[=](const std::string& text) {
                return detail::is_within(text, least, most) ? std::string{} : "a whole number " + range + " was expected, but got " + text;
            },
            "whole, " + range};
}

/// A number from `least` to `most`; never a NaN.
inline CLI::Validator number(double least, double most) {
    const auto short_text = [](double value) {
        char text[32];
        std::snprintf(text, sizeof text, "%g", value);
        return std::string{text};
    };
    const std::string range = detail::range_text(short_text(least), short_text(most), false);
    return {[=](const std::string& text) { return detail::is_within(text, least, most) ? std::string{} : "a number " + range + " was expected, but got " + text; },
            range};
}

/// How many threads: more than a machine has do no more, and some systems refuse thousands.
inline CLI::Validator threads() { return whole_number(0, 1024); }

/// Makes a folder where there is none, and sees whether a file can be written into it. Throws denim::FileError.
inline void require_folder(const std::filesystem::path& folder) {
    std::error_code error;
    if (folder.empty()) throw denim::FileError("''", "the name of a folder was expected");
    std::filesystem::create_directories(folder, error);
    if (error) throw denim::FileError(folder.string(), "a folder was expected there, or none yet, but it cannot be made: " + error.message());
    if (!std::filesystem::is_directory(folder, error)) throw denim::FileError(folder.string(), "a folder was expected there, or none yet");
    denim::AtomicFile::try_writing(folder / "written");
}

/// Likewise of a file that is written when all is done: hours of work are not lost to a wrong name. What stands there stays.
inline void require_file(const std::filesystem::path& file) {
    if (file.has_parent_path()) require_folder(file.parent_path());
    denim::AtomicFile::try_writing(file);
}

/// The status that a program ends with: 1 where not all that it printed could be written, which a full disk or a closed pipe would hide.
inline int finish(const char* program, int status) {
    errno = 0;
    std::cout.flush();
    if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0 && std::cout) return status;
    const std::string why = errno != 0 ? ": " + std::generic_category().message(errno) : "";
    std::cerr << program << ": what is printed cannot be written" << why << '\n';
    return 1;
}

}  // namespace command_line
