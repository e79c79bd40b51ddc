// SPDX-License-Identifier: MIT
// Compiled twice: AS_LIBRARY with hidden symbols and flags of its own it throws, else it catches by name.
#include <denim/image/picture_error.hpp>
#include <denim/machine/not_finite.hpp>
#include <denim/machine/file_error.hpp>
#include <denim/training/interrupted.hpp>

#include <cstdio>

[[gnu::visibility("default")]] void fail(int kind);

#ifdef AS_LIBRARY

void fail(int kind) {
    if (kind == 0) throw denim::FileError{"x", "missing"};
    if (kind == 1) throw denim::PictureError{"no picture"};
    if (kind == 2) throw denim::LossNotFinite{7};
    throw denim::Interrupted{1, 2};
}

#else

template <class Error>
bool catches(int kind) {
    try {
        fail(kind);
    } catch (const Error& error) {
        std::puts(error.what());
        return true;
    } catch (...) {
    }
    return false;
}

int main() {
    return catches<denim::FileError>(0) && catches<denim::PictureError>(1) && catches<denim::LossNotFinite>(2) &&
                   catches<denim::Interrupted>(3)
               ? 0
               : 1;
}

#endif
