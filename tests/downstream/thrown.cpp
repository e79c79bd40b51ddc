// SPDX-License-Identifier: MIT
// Compiled twice: AS_LIBRARY with hidden symbols and flags of its own it throws and gives, else it catches by name and takes.
#include <denim/image/picture_error.hpp>
#include <denim/machine/file_error.hpp>
#include <denim/machine/not_finite.hpp>
#include <denim/metric/history.hpp>
#include <denim/training/interrupted.hpp>

#include <cstdio>

[[gnu::visibility("default")]] void fail(int kind);
[[gnu::visibility("default")]] denim::History learned(denim::Score validation);

#ifdef AS_LIBRARY

void fail(int kind) {
    if (kind == 0) throw denim::FileError{"x", "missing"};
    if (kind == 1) throw denim::PictureError{"no picture"};
    if (kind == 2) throw denim::LossNotFinite{7};
    throw denim::Interrupted{1, 2};
}

denim::History learned(denim::Score validation) { return {.epochs = {{.number = 1, .train = {}, .validation = validation}}, .best_epoch = 1}; }

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
                   catches<denim::Interrupted>(3) && learned({.loss = 0.5, .accuracy = 0.75}).epochs.at(0).validation.accuracy == 0.75
               ? 0
               : 1;
}

#endif
