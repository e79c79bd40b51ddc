// SPDX-License-Identifier: MIT
#pragma once

#include <exception>
#include <string>

/// What an act says when it throws; empty if it does not.
std::string message_of(auto act) {
    try {
        act();
    } catch (const std::exception& error) {
        return error.what();
    }
    return "";
}
